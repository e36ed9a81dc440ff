/* What the module exports: every kernel in float32 and in float64. */
import { descendModes } from './descend-modes';
import { descendNetworks } from './descend-networks';
import { copied } from './entries';
import { clear, diagonalMoments, moments, noiseProducts, tally } from './moments';
import { drawNoise } from './noise';
import { runProgram } from './run-program';
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
export function noiseProducts32(noise1: usize, noise2: usize, rows: i32, hidden: i32, cols: i32, out: usize, room: usize, from: i32, to: i32): void {
  noiseProducts<f32>(noise1, noise2, rows, hidden, cols, out, room, from, to);
}
export function diagonalMoments32(factors: usize, stride: i32, residual: usize, noise1: usize, noise2: usize, products: usize, replicates: i32, rows: i32, hidden: i32, cols: i32, out: usize, room: usize, from: i32, to: i32): void {
  diagonalMoments<f32>(factors, stride, residual, noise1, noise2, products, replicates, rows, hidden, cols, out, room, from, to);
}
export function noiseProducts64(noise1: usize, noise2: usize, rows: i32, hidden: i32, cols: i32, out: usize, room: usize, from: i32, to: i32): void {
  noiseProducts<f64>(noise1, noise2, rows, hidden, cols, out, room, from, to);
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
export function tally64(residual: usize, first: usize, second: usize, length: usize, out: usize): void {
  clear(out);
  tally<f64>(residual, first, second, length, out);
}
export function copied64(matrix: usize, out: usize, end: usize): void {
  copied(matrix, out, end);
}
export function drawNoise32(first: usize, second: usize, rows: i32, hidden: i32, cols: i32, key0: i32, key1: i32, purpose: i32, stream0: i32, stream1: i32, room: usize, from: i32, to: i32): void {
  drawNoise<f32>(first, second, rows, hidden, cols, key0, key1, purpose, stream0, stream1, room, from, to);
}
export function drawNoise64(first: usize, second: usize, rows: i32, hidden: i32, cols: i32, key0: i32, key1: i32, purpose: i32, stream0: i32, stream1: i32, room: usize, from: i32, to: i32): void {
  drawNoise<f64>(first, second, rows, hidden, cols, key0, key1, purpose, stream0, stream1, room, from, to);
}
export function runProgram32(lists: usize, steps: i32, places: usize, count: i32, numbers: usize, columns: i32, rates: usize, scales: usize, table: usize, room: usize, from: i32, to: i32): void {
  runProgram<f32>(lists, steps, places, count, numbers, columns, rates, scales, table, room, from, to);
}
export function runProgram64(lists: usize, steps: i32, places: usize, count: i32, numbers: usize, columns: i32, rates: usize, scales: usize, table: usize, room: usize, from: i32, to: i32): void {
  runProgram<f64>(lists, steps, places, count, numbers, columns, rates, scales, table, room, from, to);
}
