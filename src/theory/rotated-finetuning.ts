import { Matrix } from 'ml-matrix';
import type { Weights } from './balance.js';
import {
  effectiveSpeed,
  effectiveTask,
  type FineTuning,
  type FineTuningLosses,
  requireFineTuning,
} from './finetuning.js';
import { requireInput } from './invalid-input.js';
import { singularValue } from './mode.js';
import { loss, type Problem } from './problem.js';
import { flowFromBasis, riccatiBasis } from './riccati.js';
import { squaredNorm } from './sensitivity.js';

// Tasks whose singular vectors are turned against those of pre-training by an angle, from 0 to 180 degrees; others are refused
// (`InvalidInputError`, option `angle`).

/** A checkpoint after fine-tuning on a task with turned singular vectors. */
export interface RotatedFineTuned extends FineTuningLosses {
  /**
   * The network `W1W2` in the basis of the singular vectors of pre-training, restricted to its `min(p, q)` modes: block
   * diagonal with blocks of 2. Entries are not finite where descent diverged.
   */
  readonly core: Matrix;
}

/**
 * Fine-tunes the checkpoint of the pre-training flow at `time` on the task `U R diag(σ^ft) Rᵀ Vᵀ`, where `R` turns by `angle` in
 * the planes of modes (1,2), (3,4), …
 *
 * The planes do not mix, so that each is a network of at most 2 modes. Gradient flow is the Riccati closed form (`flowWeights`)
 * on `A_eff` (T5), gradient descent the recurrence of the 2×2 blocks: both exact, at a cost linear in the number of modes.
 * At 0° and 180° this is `fineTune`, at 90° `fineTune` with the values of each pair swapped.
 *
 * @param time gradient-flow time of the checkpoint, from 0; `Infinity` is the limit
 * @throws InvalidInputError as `fineTune`, and for an angle out of its range (`angle`)
 */
export function fineTuneRotated(
  problem: Problem,
  time: number,
  angle: number,
  fineTuning: FineTuning,
): RotatedFineTuned {
  requireFineTuning(problem, time, fineTuning);
  const goal = rotateModes(fineTuning.target, angle);
  const core = Matrix.zeros(goal.rows, goal.rows);
  for (let start = 0; start < goal.rows; start += 2) {
    const end = Math.min(start + 1, goal.rows - 1);
    const factors = problem.modes.slice(start, end + 1).map((mode) => Math.sqrt(singularValue(mode, time)));
    if (factors.length === 0) break;
    const { first, second } = fineTuneBlock(
      Matrix.diag(factors, end - start + 1, factors.length),
      goal.subMatrix(start, end, start, end),
      Matrix.diag(problem.spectrum.slice(start, end + 1)),
      fineTuning,
    );
    core.setSubMatrix(first.mmul(second), start, start);
  }
  const lossBefore = loss(problem, time);
  const lossPre = squaredDistance(core, Matrix.diag([...problem.spectrum]));
  return { core, lossBefore, lossPre, lossFt: squaredDistance(core, goal), forgetting: lossPre - lossBefore };
}

/** Fine-tunes the network `factor · factorᵀ` of one plane. */
function fineTuneBlock(
  factor: Matrix,
  goal: Matrix,
  pretraining: Matrix,
  { pull, anchor, length }: FineTuning,
): Weights {
  const second = factor.transpose();
  const anchored = anchor === 'checkpoint' ? factor.mmul(second) : pretraining;
  const task = effectiveTask(goal, anchored, pull);
  const speed = effectiveSpeed(pull);
  if ('time' in length) return flowFromBasis(riccatiBasis(task, 0), factor, second, speed * length.time);
  return descendWeights(factor, second, task, speed * length.rate, length.steps);
}

function squaredDistance(left: Matrix, right: Matrix): number {
  const distance = squaredNorm(Matrix.sub(left, right));
  return Number.isNaN(distance) ? Infinity : distance;
}

/**
 * The core `R diag(values) Rᵀ` of a fine-tuning task whose singular vectors are turned against those of pre-training:
 * `A_ft = U R diag(σ^ft) Rᵀ Vᵀ` with `A_pre = U diag(σ) Vᵀ`, where `R` turns by `angle` in the planes of modes (1,2), (3,4), …
 * (a last mode without a partner stays). At 0° and 180° the vectors are shared, at 90° each pair has swapped its values;
 * these are met exactly.
 *
 * @param values singular values `σ^ft` in the order of the pre-training modes, in any order of size
 * @returns the symmetric `n×n` matrix for `n` values, block diagonal with blocks of 2
 */
export function rotateModes(values: readonly number[], angle: number): Matrix {
  const { cos, sin } = turn(angle);
  const core = Matrix.diag([...values]);
  for (let index = 0; index + 1 < values.length; index += 2) {
    const [upper, lower] = [values[index]!, values[index + 1]!];
    core.set(index, index, cos * cos * upper + sin * sin * lower);
    core.set(index + 1, index + 1, sin * sin * upper + cos * cos * lower);
    core.set(index, index + 1, cos * sin * (upper - lower));
    core.set(index + 1, index, cos * sin * (upper - lower));
  }
  return core;
}

/** The same task as a `rows×cols` matrix for `U = I`, `V = I`; multiply by `U` and `Vᵀ` for other bases. */
export function rotatedTask(values: readonly number[], angle: number, rows: number, cols: number): Matrix {
  const task = Matrix.zeros(rows, cols);
  task.setSubMatrix(rotateModes(values, angle), 0, 0);
  return task;
}

/** The rotation `R` itself: by `angle` in the planes of coordinates (1,2), (3,4), … */
export function modeRotation(angle: number, size: number): Matrix {
  const { cos, sin } = turn(angle);
  const rotation = Matrix.eye(size);
  for (let index = 0; index + 1 < size; index += 2) {
    rotation.setSubMatrix(Matrix.from1DArray(2, 2, [cos, -sin, sin, cos]), index, index);
  }
  return rotation;
}

/** Cosine and sine of an angle in degrees, exact at 0°, 90° and 180° and symmetric about 45° and 90°. */
function turn(angle: number): { cos: number; sin: number } {
  requireInput(angle >= 0 && angle <= 180, 'angle', angle, 'degrees from 0 to 180');
  if (angle > 90) {
    const { cos, sin } = turn(180 - angle);
    return { cos: -cos, sin };
  }
  if (angle > 45) {
    const { cos, sin } = turn(90 - angle);
    return { cos: sin, sin: cos };
  }
  const radians = (angle * Math.PI) / 180;
  return { cos: Math.cos(radians), sin: Math.sin(radians) };
}

/**
 * Gradient descent on `‖W1W2 - A‖²` for full weight matrices in float64: `steps` simultaneous steps
 * `W1 ← W1 - 2η(W - A)W2ᵀ`, `W2 ← W2 - 2ηW1ᵀ(W - A)`.
 *
 * @returns the weights after the last step, new ones; with non-finite entries where descent diverged
 */
export function descendWeights(first: Matrix, second: Matrix, task: Matrix, rate: number, steps: number): Weights {
  const [rows, hidden, cols] = [first.rows, first.columns, second.columns];
  // On plain arrays: most networks here are 2×2, whose objects would take longer than their products.
  const left = Float64Array.from(first.to1DArray());
  const right = Float64Array.from(second.to1DArray());
  const aim = task.to1DArray();
  const pull = new Float64Array(rows * cols);
  const before = new Float64Array(left.length);
  for (let step = 0; step < steps; step += 1) {
    for (let row = 0; row < rows; row += 1) {
      for (let col = 0; col < cols; col += 1) {
        let product = 0;
        for (let k = 0; k < hidden; k += 1) product += left[row * hidden + k]! * right[k * cols + col]!;
        pull[row * cols + col] = (product - aim[row * cols + col]!) * (-2 * rate);
      }
    }
    before.set(left);
    for (let row = 0; row < rows; row += 1) {
      for (let k = 0; k < hidden; k += 1) {
        let change = 0;
        for (let col = 0; col < cols; col += 1) change += pull[row * cols + col]! * right[k * cols + col]!;
        left[row * hidden + k]! += change;
      }
    }
    for (let k = 0; k < hidden; k += 1) {
      for (let col = 0; col < cols; col += 1) {
        let change = 0;
        for (let row = 0; row < rows; row += 1) change += before[row * hidden + k]! * pull[row * cols + col]!;
        right[k * cols + col]! += change;
      }
    }
  }
  return { first: Matrix.from1DArray(rows, hidden, left), second: Matrix.from1DArray(hidden, cols, right) };
}
