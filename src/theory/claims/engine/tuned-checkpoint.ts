import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import type { Weights } from '../../balance.js';
import type { FineTuning } from '../../finetuning.js';
import type { DrawnFields } from './claim.js';
import { areWhole, areWithin, decades, matrixSeed, quotients, weighted } from './draws.js';
import { sigmoid } from './integration.js';
import { alignedTask, alignedWeights, type Bases, drawnBases, matrixDistance } from './networks.js';
import * as twoTasks from './tuned-modes.js';

/**
 * A checkpoint of pre-training and some gradient-descent steps of fine-tuning on a turned task; up to 8 modes, so that full
 * matrices stay cheap.
 */
export const checkpointFields = {
  modes: twoTasks.startedModes(8, twoTasks.anyShare, twoTasks.startedAnywhere),
  /** Pre-training time. */
  time: fc.oneof(decades(-3, 3), fc.constant(0)),
  pull: twoTasks.pullWeight,
  anchor: fc.constantFrom('checkpoint', 'pretraining'),
  steps: fc.nat({ max: 6 }),
  /** Learning rate in units of the largest at which the steps are stable; or far beyond 1, where they diverge. */
  rate: weighted([12, quotients(0, 9, 10)], [2, decades(8, 12)]),
  /** Degrees by which pairs of singular vectors of the new task are turned. */
  angle: fc.constant<number>(0),
  /** Ratio of the first layer's factors to the second's. */
  imbalance: weighted([12, fc.constant(1)], [1, decades(-1, 1)]),
  ...twoTasks.surplusFields,
  seed: matrixSeed,
} as const;

type TunedCheckpoint = DrawnFields<typeof checkpointFields>;

/** Whether a plain value is such a checkpoint. */
export function isTunedCheckpoint(instance: TunedCheckpoint): boolean {
  const { modes, time, pull, steps, rate, angle, imbalance, seed } = instance;
  return (
    twoTasks.areTunedModes(modes) &&
    twoTasks.isSurplus(instance) &&
    areWhole([steps, seed], 0, Infinity) &&
    steps <= 8 &&
    time >= 0 &&
    areWithin([pull], 0, 1e6) &&
    (areWithin([rate], 0, 0.9) || areWithin([rate], 1e8, 1e12)) &&
    areWithin([angle], 0, 180) &&
    areWithin([imbalance], 0.1, 10)
  );
}

/** A checkpoint with all that the library and full matrices need to fine-tune it. */
export type PreparedCheckpoint = ReturnType<typeof prepare>;

/** Works a checkpoint out, by full matrices with singular vectors that its seed draws. */
export function prepare(instance: TunedCheckpoint) {
  const { modes, pull, anchor, steps, seed } = instance;
  const problem = twoTasks.tunedProblem(modes, instance);
  const target = twoTasks.targetsOf(modes, problem);
  const values = problem.modes.map((mode) => sigmoid(mode, instance.time).value);
  const largest = Math.max(...problem.spectrum, ...target, ...values);
  const rate = instance.rate / (2 * (1 + pull) * largest);
  const bases = drawnBases(problem.rows, problem.hidden, problem.cols, instance.rate > 1 ? 0 : seed);
  const pretraining = alignedTask(bases, problem.spectrum);
  const task = turnedTask(bases, target, instance.angle);
  const aligned = alignedWeights(bases, values);
  const ratio = Math.sqrt(instance.imbalance);
  const start = { first: aligned.first.mul(ratio), second: aligned.second.div(ratio) };
  const before = start.first.mmul(start.second);
  const anchored = anchor === 'checkpoint' ? before : pretraining;
  const layers = descendRegularized(start, { task, pull, anchor: anchored }, rate, steps);
  const product = layers.first.mmul(layers.second);
  const goals = problem.modes.map((mode, index) => {
    const anchorValue = anchor === 'checkpoint' ? values[index]! : mode.sigma;
    return (target[index]! + pull * anchorValue) / (1 + pull);
  });
  // Modes at zero stay there, whatever the steps.
  const offsets = values.map((value, index) => (value === 0 ? 1 : Math.abs(value - goals[index]!) / largest));
  const fineTuning: FineTuning = { target, pull, anchor, length: { rate, steps } };
  return {
    /** Whether full matrices can be compared; if not, whether they diverge for certain. */
    regime: instance.rate <= 1 ? 'stable' : instance.angle === 0 ? ending(layers, offsets) : 'unclear',
    problem,
    fineTuning,
    /** Singular values of the checkpoint. */
    values,
    /** Of the largest matrices, for tolerances. */
    size: largest,
    /** What full matrices give. */
    explicit: {
      layers,
      /** `W1W2` in the basis of the singular vectors of pre-training. */
      core: bases.left.transpose().mmul(product).mmul(bases.right),
      lossBefore: matrixDistance(before, pretraining) ** 2,
      lossPre: matrixDistance(product, pretraining) ** 2,
      lossFt: matrixDistance(product, task) ** 2,
    },
  };
}

/** The task `U R diag(values) Rᵀ Vᵀ`. */
function turnedTask({ left, right }: Bases, values: readonly number[], angle: number): Matrix {
  const turn = turning(angle, values.length);
  const last = values.length - 1;
  const first = left.subMatrix(0, left.rows - 1, 0, last).mmul(turn);
  const second = right.subMatrix(0, right.rows - 1, 0, last).mmul(turn);
  return first.mulRowVector([...values]).mmul(second.transpose());
}

/** Rotation by an angle in the planes of coordinates (1,2), (3,4), … */
function turning(angle: number, size: number): Matrix {
  const radians = (angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  const turn = Matrix.eye(size);
  for (let upper = 0; upper + 1 < size; upper += 2) {
    turn.setSubMatrix(Matrix.from1DArray(2, 2, [cos, -sin, sin, cos]), upper, upper);
  }
  return turn;
}

/**
 * How steps that are far too large end: some weight leaves the range in which products can be compared. Unclear where that
 * takes more steps, or where rounding decides because a mode begins at a fixed point.
 */
function ending({ first, second }: Weights, offsets: readonly number[]): 'diverging' | 'unclear' {
  const largest = Math.max(...[first, second].flatMap((layer) => layer.to1DArray()).map(Math.abs));
  return largest < 1e60 || offsets.some((offset) => offset < 1e-3) ? 'unclear' : 'diverging';
}

/**
 * Gradient descent on `‖W - task‖² + pull·‖W - anchor‖²`, written out: both layers move at once along
 * `-2[(W - A) + λ(W - B)]` times the transpose of the other.
 */
function descendRegularized(
  { first, second }: Weights,
  { task, pull, anchor }: { readonly task: Matrix; readonly pull: number; readonly anchor: Matrix },
  rate: number,
  steps: number,
): Weights {
  for (let step = 0; step < steps; step++) {
    const product = first.mmul(second);
    const onTask = product.clone().sub(task);
    const onAnchor = product.sub(anchor).mul(pull);
    const force = onTask.add(onAnchor).mul(2);
    const firstMotion = force.mmul(second.transpose()).mul(rate);
    const secondMotion = first.transpose().mmul(force).mul(rate);
    first = first.clone().sub(firstMotion);
    second = second.clone().sub(secondMotion);
  }
  return { first, second };
}
