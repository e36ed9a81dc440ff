import { effectiveSpeed } from '../../theory/finetuning.js';
import { rotateModes } from '../../theory/rotated-finetuning.js';
import { stabilityLimit } from '../../theory/sharpness.js';
import type { RoundingModel } from '../training/recurrence.js';
import type { ExpectedTuning } from './expected-tuning.js';
import { lossRounding } from './prediction.js';
import type { StartingPoint } from './prepare.js';
import type { FineTuningStudy, Tuning } from './tuning.js';

/** A symmetric 2×2 matrix `[[a, b], [b, c]]`. */
interface Symmetric {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

function eigenvaluesOf({ a, b, c }: Symmetric): { readonly smallest: number; readonly largest: number } {
  const middle = (a + c) / 2;
  const radius = Math.hypot((a - c) / 2, b);
  return { smallest: middle - radius, largest: middle + radius };
}

function largestEigenvalue(matrix: Symmetric): number {
  return eigenvaluesOf(matrix).largest;
}

/** `‖M‖²` in the Frobenius norm. */
function squareOf({ a, b, c }: Symmetric): number {
  return a * a + 2 * b * b + c * c;
}

/** Frobenius inner product. */
function inner(left: Symmetric, right: Symmetric): number {
  return left.a * right.a + 2 * left.b * right.b + left.c * right.c;
}

function minus(left: Symmetric, right: Symmetric): Symmetric {
  return { a: left.a - right.a, b: left.b - right.b, c: left.c - right.c };
}

/** Entries of a 2×2 matrix in row-major order. */
type Entries = readonly [number, number, number, number];

/** `X Xᵀ`. */
function gram(factor: Entries): Symmetric {
  // Taking an array apart in the list of arguments goes through its iterator, which takes longer than the products.
  const p = factor[0];
  const q = factor[1];
  const r = factor[2];
  const s = factor[3];
  return { a: p * p + q * q, b: p * r + q * s, c: r * r + s * s };
}

/** `X − 2ηMX` for a symmetric M: one step of gradient descent where M is the residual. */
function stepped(factor: Entries, { a, b, c }: Symmetric, rate: number): Entries {
  const p = factor[0];
  const q = factor[1];
  const r = factor[2];
  const s = factor[3];
  const pace = 2 * rate;
  return [
    p - pace * (a * p + b * r),
    q - pace * (a * q + b * s),
    r - pace * (b * p + c * r),
    s - pace * (b * q + c * s),
  ];
}

/** Share of the largest factor that first-order propagation of errors may reach before it says too little. */
const LINEAR_SHARE = 0.05;

/**
 * The two modes of one plane: both layers of the network there are `X` and `Xᵀ`, as start and task are symmetric, and gradient
 * descent is `X ← X − 2η(XXᵀ − G)X` with `G` the effective task. A last mode without a partner has zeros in its place.
 */
interface Plane {
  factor: Entries;
  /** `XXᵀ`, and `XXᵀ − G`. */
  product: Symmetric;
  residual: Symmetric;
  readonly start: Symmetric;
  readonly startResidual: Symmetric;
  readonly pretraining: Symmetric;
  readonly task: Symmetric;
  readonly goal: Symmetric;
  /** Bound on the rounding of `X` in the Frobenius norm, to first order and for unit roundoff 1. */
  error: number;
}

/**
 * `expectTuning` for tasks with turned singular vectors. The planes of the turn do not mix, so that each is a 2×2 recurrence.
 *
 * Rounding: every step perturbs `X` by what `RoundingModel` says of engine `matrix`, r, and stretches the error before it by
 * at most the largest eigenvalue of its derivative, so that `E ← max |1 − 2ηλ| E + r` with λ from the smallest eigenvalue of
 * `XXᵀ − G` to the largest, plus `2‖XXᵀ‖`. Errors beside the planes count squared.
 */
export function expectPlanes(
  study: FineTuningStudy,
  start: StartingPoint,
  tuning: Tuning,
  { unitRoundoff }: RoundingModel,
): ExpectedTuning {
  const planes = planesOf(study, start, tuning);
  const rate = tuning.rate * effectiveSpeed(tuning.pull);
  const targetNorm = Math.sqrt(planes.reduce((sum, { goal }) => sum + squareOf(goal), 0));
  const goalValue = planes.reduce((most, { goal }) => Math.max(most, largestEigenvalue(goal)), 0);
  let divergedAt: number | undefined;
  let before = stateOf(planes);
  // The engine rounds what it starts from.
  for (const plane of planes) plane.error = Math.sqrt(before.squaredNorm);
  for (let step = 1; step <= study.steps; step++) {
    const rounding = roundingOfStep(study, before, targetNorm, rate);
    for (const plane of planes) {
      plane.error = stretchOf(plane, rate) * plane.error + rounding;
      plane.factor = stepped(plane.factor, plane.residual, rate);
      plane.product = gram(plane.factor);
      plane.residual = minus(plane.product, plane.goal);
    }
    const after = stateOf(planes);
    const unstable = rate > stabilityLimit([Math.max(goalValue, before.largest)]);
    if (Number.isNaN(after.loss) || (unstable && after.loss > before.loss)) {
      divergedAt = step;
      break;
    }
    before = after;
  }
  return { ...losses(study, planes, unitRoundoff), divergedAt };
}

function planesOf(
  { problem, anchor }: FineTuningStudy,
  { factors, gaps }: StartingPoint,
  { task, pull }: Tuning,
): Plane[] {
  const { spectrum } = problem;
  const core = rotateModes(task.values, task.angle);
  const speed = effectiveSpeed(pull);
  return Array.from({ length: Math.ceil(spectrum.length / 2) }, (_, index): Plane => {
    const [first, second] = [2 * index, 2 * index + 1];
    const hasPair = second < spectrum.length;
    const factor: Entries = [factors[first] ?? 0, 0, 0, factors[second] ?? 0];
    const pretraining = { a: spectrum[first]!, b: 0, c: spectrum[second] ?? 0 };
    const start = gram(factor);
    const aimed: Symmetric = {
      a: core.get(first, first),
      b: hasPair ? core.get(first, second) : 0,
      c: hasPair ? core.get(second, second) : 0,
    };
    const anchored = anchor === 'checkpoint' ? start : pretraining;
    const goal = {
      a: (aimed.a + pull * anchored.a) / speed,
      b: (aimed.b + pull * anchored.b) / speed,
      c: (aimed.c + pull * anchored.c) / speed,
    };
    return {
      factor,
      product: start,
      residual: minus(start, goal),
      start,
      startResidual: { a: -(gaps[first] ?? pretraining.a), b: 0, c: -(gaps[second] ?? pretraining.c) },
      pretraining,
      task: aimed,
      goal,
      error: 0,
    };
  });
}

/** Size of a whole network: loss on the effective task, `‖W1‖²` and the largest singular value. */
interface NetworkState {
  readonly loss: number;
  readonly squaredNorm: number;
  readonly largest: number;
}

function stateOf(planes: readonly Plane[]): NetworkState {
  let loss = 0;
  let squaredNorm = 0;
  let largest = 0;
  for (const { product, residual } of planes) {
    loss += squareOf(residual);
    squaredNorm += product.a + product.c;
    largest = Math.max(largest, largestEigenvalue(product));
  }
  return { loss, squaredNorm, largest };
}

/** Bound on what one step of engine `matrix` adds to the rounding of a factor, for unit roundoff 1; see `recurrence.ts`. */
function roundingOfStep(
  { problem: { hidden, cols } }: FineTuningStudy,
  { loss, squaredNorm, largest }: NetworkState,
  targetNorm: number,
  rate: number,
): number {
  const norm = Math.sqrt(squaredNorm);
  const products = (hidden + 2) * (squaredNorm + targetNorm) * Math.sqrt(largest) + (cols + 2) * Math.sqrt(loss) * norm;
  return norm + 2 * rate * products;
}

/** How much a step stretches an error of the factor at most: its derivative is symmetric. */
function stretchOf({ product, residual }: Plane, rate: number): number {
  const { smallest, largest } = eigenvaluesOf(residual);
  const highest = largest + 2 * largestEigenvalue(product);
  return Math.max(Math.abs(1 - 2 * rate * smallest), Math.abs(1 - 2 * rate * highest));
}

function losses(
  { problem }: FineTuningStudy,
  planes: readonly Plane[],
  unitRoundoff: number,
): Omit<ExpectedTuning, 'divergedAt' | 'modes'> {
  let lossPre = 0;
  let lossFt = 0;
  let forgetting = 0;
  const scale = Math.sqrt(
    planes.reduce((most, { product, goal }) => Math.max(most, largestEigenvalue(product), largestEigenvalue(goal)), 0),
  );
  const parts = planes.map((plane) => {
    const { product } = plane;
    const residual = minus(product, plane.pretraining);
    const missed = minus(product, plane.task);
    lossPre += squareOf(residual);
    lossFt += squareOf(missed);
    forgetting +=
      inner(minus(product, plane.start), residual) + inner(minus(product, plane.start), plane.startResidual);
    return {
      bound: errorOfProduct(plane, unitRoundoff, scale),
      fromPretraining: Math.sqrt(squareOf(residual)),
      fromTask: Math.sqrt(squareOf(missed)),
    };
  });
  return { lossPre, lossFt, forgetting, ...lossRounding(parts, problem.rows * problem.cols) };
}

/**
 * Bound on the rounding of `XXᵀ`; Infinity where errors have grown beyond first order.
 *
 * @param scale factor of the largest mode of the network or of its task
 */
function errorOfProduct({ product, error }: Plane, unit: number, scale: number): number {
  const ofFactor = unit * error;
  if (!(ofFactor <= LINEAR_SHARE * scale)) return Infinity;
  return 2 * Math.sqrt(largestEigenvalue(product)) * ofFactor + ofFactor ** 2;
}
