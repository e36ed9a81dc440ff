/* What the module exports: every kernel in float32 and in float64. */
import { descendModes } from './descend-modes';
import { descendNetworks } from './descend-networks';
import { combination, copied, descended, entryProducts, normalized, overRoot, signs, squares } from './entries';
import { clear, diagonalMoments, moments, noiseProducts, tally } from './moments';
import { drawNoise } from './noise';
import { ASSIGN, multiply, transpose } from './multiply';

export function descendNetworks32(first: usize, second: usize, target: usize, scales: usize, rates: usize, steps: i32, rows: i32, hidden: i32, cols: i32, scratch: usize, from: i32, to: i32): void {
  descendNetworks<f32>(first, second, target, scales, rates, steps, rows, hidden, cols, scratch, from, to);
}
export function descendNetworks64(first: usize, second: usize, target: usize, scales: usize, rates: usize, steps: i32, rows: i32, hidden: i32, cols: i32, scratch: usize, from: i32, to: i32): void {
  descendNetworks<f64>(first, second, target, scales, rates, steps, rows, hidden, cols, scratch, from, to);
}
export function descendModes32(factors: usize, sigmas: usize, scales: usize, rates: usize, lengths: usize, runs: i32, paces: usize, from: i32, to: i32): void {
  descendModes<f32>(factors, sigmas, scales, rates, lengths, runs, paces, from, to);
}
export function descendModes64(factors: usize, sigmas: usize, scales: usize, rates: usize, lengths: usize, runs: i32, paces: usize, from: i32, to: i32): void {
  descendModes<f64>(factors, sigmas, scales, rates, lengths, runs, paces, from, to);
}
export function moments32(first: usize, second: usize, residual: usize, noise1: usize, noise2: usize, replicates: i32, rows: i32, hidden: i32, cols: i32, out: usize, room: usize, from: i32, to: i32): void {
  moments<f32>(first, second, residual, noise1, noise2, replicates, rows, hidden, cols, out, room, from, to);
}
export function moments64(first: usize, second: usize, residual: usize, noise1: usize, noise2: usize, replicates: i32, rows: i32, hidden: i32, cols: i32, out: usize, room: usize, from: i32, to: i32): void {
  moments<f64>(first, second, residual, noise1, noise2, replicates, rows, hidden, cols, out, room, from, to);
}
export function noiseProducts32(noise1: usize, noise2: usize, rows: i32, hidden: i32, cols: i32, out: usize, from: i32, to: i32): void {
  noiseProducts<f32>(noise1, noise2, rows, hidden, cols, out, from, to);
}
export function diagonalMoments32(factors: usize, stride: i32, residual: usize, noise1: usize, noise2: usize, products: usize, replicates: i32, rows: i32, hidden: i32, cols: i32, out: usize, room: usize, from: i32, to: i32): void {
  diagonalMoments<f32>(factors, stride, residual, noise1, noise2, products, replicates, rows, hidden, cols, out, room, from, to);
}
export function noiseProducts64(noise1: usize, noise2: usize, rows: i32, hidden: i32, cols: i32, out: usize, from: i32, to: i32): void {
  noiseProducts<f64>(noise1, noise2, rows, hidden, cols, out, from, to);
}
export function diagonalMoments64(factors: usize, stride: i32, residual: usize, noise1: usize, noise2: usize, products: usize, replicates: i32, rows: i32, hidden: i32, cols: i32, out: usize, room: usize, from: i32, to: i32): void {
  diagonalMoments<f64>(factors, stride, residual, noise1, noise2, products, replicates, rows, hidden, cols, out, room, from, to);
}
export function tally32(residual: usize, first: usize, second: usize, length: usize, out: usize): void {
  clear(out);
  tally<f32>(residual, first, second, length, out);
}
export function copied32(matrix: usize, out: usize, end: usize): void {
  copied(matrix, out, end);
}
export function combination32(a: f32, left: usize, b: f32, right: usize, out: usize, end: usize): void {
  combination<f32>(a, left, b, right, out, end);
}
export function tally64(residual: usize, first: usize, second: usize, length: usize, out: usize): void {
  clear(out);
  tally<f64>(residual, first, second, length, out);
}
export function copied64(matrix: usize, out: usize, end: usize): void {
  copied(matrix, out, end);
}
export function combination64(a: f64, left: usize, b: f64, right: usize, out: usize, end: usize): void {
  combination<f64>(a, left, b, right, out, end);
}
export function entryProducts32(left: usize, right: usize, out: usize, end: usize): void {
  entryProducts<f32>(left, right, out, end);
}
export function entryProducts64(left: usize, right: usize, out: usize, end: usize): void {
  entryProducts<f64>(left, right, out, end);
}
export function squares32(matrix: usize, out: usize, end: usize): void {
  squares<f32>(matrix, out, end);
}
export function squares64(matrix: usize, out: usize, end: usize): void {
  squares<f64>(matrix, out, end);
}
export function signs32(matrix: usize, out: usize, end: usize): void {
  signs<f32>(matrix, out, end);
}
export function signs64(matrix: usize, out: usize, end: usize): void {
  signs<f64>(matrix, out, end);
}
export function overRoot32(numerator: usize, square: usize, epsilon: f32, out: usize, end: usize): void {
  overRoot<f32>(numerator, square, epsilon, out, end);
}
export function overRoot64(numerator: usize, square: usize, epsilon: f64, out: usize, end: usize): void {
  overRoot<f64>(numerator, square, epsilon, out, end);
}
export function normalized32(matrix: usize, epsilon: f32, out: usize, end: usize): void {
  normalized<f32>(matrix, epsilon, out, end);
}
export function normalized64(matrix: usize, epsilon: f64, out: usize, end: usize): void {
  normalized<f64>(matrix, epsilon, out, end);
}
export function descended32(weights: usize, direction: usize, step: f32, out: usize, end: usize): void {
  descended<f32>(weights, direction, step, out, end);
}
export function descended64(weights: usize, direction: usize, step: f64, out: usize, end: usize): void {
  descended<f64>(weights, direction, step, out, end);
}
export function transpose32(matrix: usize, rows: i32, cols: i32, out: usize): void {
  transpose<f32>(matrix, rows, cols, out);
}
export function transpose64(matrix: usize, rows: i32, cols: i32, out: usize): void {
  transpose<f64>(matrix, rows, cols, out);
}

/** `X Y`. */
export function product32(left: usize, right: usize, rows: i32, cols: i32, inner: i32, out: usize): void {
  const size = sizeof<f32>();
  multiply<f32>(left, <usize>inner * size, size, right, rows, cols, inner, out, 0, 0, ASSIGN);
}
/** `Xᵀ Y` of an `inner × rows` matrix X. */
export function productOfTransposed32(left: usize, right: usize, rows: i32, cols: i32, inner: i32, out: usize): void {
  const size = sizeof<f32>();
  multiply<f32>(left, size, <usize>rows * size, right, rows, cols, inner, out, 0, 0, ASSIGN);
}

/** `X Y`. */
export function product64(left: usize, right: usize, rows: i32, cols: i32, inner: i32, out: usize): void {
  const size = sizeof<f64>();
  multiply<f64>(left, <usize>inner * size, size, right, rows, cols, inner, out, 0, 0, ASSIGN);
}
/** `Xᵀ Y` of an `inner × rows` matrix X. */
export function productOfTransposed64(left: usize, right: usize, rows: i32, cols: i32, inner: i32, out: usize): void {
  const size = sizeof<f64>();
  multiply<f64>(left, size, <usize>rows * size, right, rows, cols, inner, out, 0, 0, ASSIGN);
}
export function drawNoise32(first: usize, second: usize, rows: i32, hidden: i32, cols: i32, key0: i32, key1: i32, purpose: i32, stream0: i32, stream1: i32, room: usize, from: i32, to: i32): void {
  drawNoise<f32>(first, second, rows, hidden, cols, key0, key1, purpose, stream0, stream1, room, from, to);
}
export function drawNoise64(first: usize, second: usize, rows: i32, hidden: i32, cols: i32, key0: i32, key1: i32, purpose: i32, stream0: i32, stream1: i32, room: usize, from: i32, to: i32): void {
  drawNoise<f64>(first, second, rows, hidden, cols, key0, key1, purpose, stream0, stream1, room, from, to);
}
