import { effectiveSpeed } from '../../theory/finetuning.js';
import { rotateModes } from '../../theory/rotated-finetuning.js';
import { stabilityLimit } from '../../theory/sharpness.js';
import type { RoundingModel } from '../training/recurrence.js';
import { RoundingMemory } from '../training/rounding.js';
import type { ExpectedTuning } from './expected-tuning.js';
import { type Entries, gram, inner, largestEigenvalue, minus, type Symmetric, squareOf, stepped } from './plane.js';
import { PlaneRounding, type StepRounding } from './plane-rounding.js';
import { lossRounding } from './prediction.js';
import type { StartingPoint } from './prepare.js';
import type { FineTuningStudy, Tuning } from './tuning.js';

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
  /** Rounding errors of `X`. */
  readonly errors: PlaneRounding;
}

/**
 * `expectTuning` for tasks with turned singular vectors. The planes of the turn do not mix, so that each is a 2×2 recurrence.
 *
 * Rounding: every step perturbs each entry of `X` by what `RoundingModel` says of engine `matrix`. Those perturbations are taken as
 * correlated over their memory, propagated by the exact derivative of the step and bounded at six standard deviations, or added up
 * with one sign where that is less; what they add where a step contracts, and rounding can stall it, is added up as in
 * the worst case. Errors beside the planes count squared.
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
  const memory = new RoundingMemory(4 * planes.length);
  const changes = new Float64Array(4 * planes.length);
  const next: Entries[] = [];
  let divergedAt: number | undefined;
  let before = stateOf(planes);
  for (let step = 1; step <= study.steps; step++) {
    const size = roundingOfStep(study, before, targetNorm, rate);
    for (let index = 0; index < planes.length; index++) {
      const { factor, residual } = planes[index]!;
      const after = stepped(factor, residual, rate);
      for (let entry = 0; entry < 4; entry++) changes[4 * index + entry] = after[entry]! - factor[entry]!;
      next[index] = after;
    }
    // The spacing of the grid is at most 2u times the number.
    const spacing = 2 * unitRoundoff * Math.sqrt(before.squaredNorm);
    const rounding = { ...size, correlation: memory.correlation(changes, spacing) };
    for (let index = 0; index < planes.length; index++) {
      const plane = planes[index]!;
      plane.errors.step(plane.factor, plane.product, plane.residual, rate, rounding);
      plane.factor = next[index]!;
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
      errors: new PlaneRounding(),
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

/** Perturbation of a factor by one step of engine `matrix`, for unit roundoff 1; see `recurrence.ts`. */
function roundingOfStep(
  { problem: { hidden, cols } }: FineTuningStudy,
  { loss, squaredNorm, largest }: NetworkState,
  targetNorm: number,
  rate: number,
): Omit<StepRounding, 'correlation'> {
  const norm = Math.sqrt(squaredNorm);
  const products = (hidden + 2) * (squaredNorm + targetNorm) * Math.sqrt(largest) + (cols + 2) * Math.sqrt(loss) * norm;
  const likely = norm + (2 * rate * products) / Math.sqrt(Math.max(hidden, cols));
  return { random: likely / Math.sqrt(3), likely, worst: norm + 2 * rate * products };
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
    const bound = errorOfProduct(plane, unitRoundoff, scale);
    return {
      bound,
      likely: Number.isFinite(bound) ? unitRoundoff * plane.errors.likely(plane.factor, problem) : bound,
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
function errorOfProduct({ factor, errors }: Plane, unit: number, scale: number): number {
  const ofFactor = unit * errors.bound();
  if (!(ofFactor <= LINEAR_SHARE * scale)) return Infinity;
  return unit * errors.productBound(factor) + ofFactor ** 2;
}
