import { Matrix } from 'ml-matrix';
import { orthonormalColumns } from './random-matrices.js';
import { type TextbookTask, textbookValues } from './textbook.js';

/*
 * Fine-tuning done again by plain gradient descent in float64, with the two gradients of the regularised loss written out:
 * an oracle that shares no code with src.
 */

/** A fine-tuning as a user describes it. */
export interface OracleTuning {
  readonly values: readonly number[];
  /** Degrees. */
  readonly angle: number;
  readonly rate: number;
  readonly steps: number;
  readonly lambda: number;
  readonly anchor: 'checkpoint' | 'pretraining';
}

export interface OracleLosses {
  readonly lossBefore: number;
  readonly lossPre: number;
  readonly lossFt: number;
  readonly forgetting: number;
}

/** Shared singular vectors: `D ← D − 2η[D(D² − σ^ft) + λD(D² − a)]`, every mode on its own (T4, T5). */
export function tuneModes(task: TextbookTask, time: number, tuning: OracleTuning): OracleLosses {
  const { values, rate, steps, lambda, anchor } = tuning;
  const starts = textbookValues(task, time);
  const after = starts.map((start, mode) => {
    const anchored = anchor === 'checkpoint' ? start : task.spectrum[mode]!;
    let factor = Math.sqrt(start);
    for (let step = 0; step < steps; step++) {
      const pull = factor * (factor ** 2 - values[mode]!) + lambda * factor * (factor ** 2 - anchored);
      factor -= 2 * rate * pull;
    }
    return factor ** 2;
  });
  const distance = (left: readonly number[], right: readonly number[]) =>
    left.reduce((sum, value, mode) => sum + (value - right[mode]!) ** 2, 0);
  const lossBefore = distance(starts, task.spectrum);
  const lossPre = distance(after, task.spectrum);
  return { lossBefore, lossPre, lossFt: distance(after, values), forgetting: lossPre - lossBefore };
}

/** Any angle: both layers as full matrices in random singular bases. */
export function tuneMatrices(
  task: TextbookTask,
  time: number,
  tuning: OracleTuning,
  random: () => number,
): OracleLosses {
  const { rows, hidden, cols, spectrum } = task;
  const { rate, steps, lambda, anchor } = tuning;
  const left = orthonormalColumns(rows, rows, random);
  const right = orthonormalColumns(cols, cols, random);
  const inner = orthonormalColumns(hidden, hidden, random);
  const within = (core: Matrix, from: Matrix, to: Matrix) => from.mmul(core).mmul(to.transpose());
  const pretraining = within(Matrix.diag([...spectrum], rows, cols), left, right);
  const target = within(turned(tuning.values, tuning.angle, rows, cols), left, right);
  const factors = textbookValues(task, time)
    .slice(0, Math.min(rows, hidden, cols))
    .map(Math.sqrt);
  let first = within(Matrix.diag(factors, rows, hidden), left, inner);
  let second = within(Matrix.diag(factors, hidden, cols), inner, right);
  const before = first.mmul(second);
  const anchored = anchor === 'checkpoint' ? before : pretraining;
  for (let step = 0; step < steps; step++) {
    const network = first.mmul(second);
    const gradient = Matrix.sub(network, target)
      .add(Matrix.sub(network, anchored).mul(lambda))
      .mul(2 * rate);
    [first, second] = [
      Matrix.sub(first, gradient.mmul(second.transpose())),
      Matrix.sub(second, first.transpose().mmul(gradient)),
    ];
  }
  const after = first.mmul(second);
  const lossBefore = squaredDistance(before, pretraining);
  const lossPre = squaredDistance(after, pretraining);
  return { lossBefore, lossPre, lossFt: squaredDistance(after, target), forgetting: lossPre - lossBefore };
}

/** `R diag(values) Rᵀ` by the rotation matrix itself. */
function turned(values: readonly number[], angle: number, rows: number, cols: number): Matrix {
  const radians = (angle * Math.PI) / 180;
  const rotation = Matrix.eye(values.length);
  for (let index = 0; index + 1 < values.length; index += 2) {
    rotation.set(index, index, Math.cos(radians));
    rotation.set(index + 1, index + 1, Math.cos(radians));
    rotation.set(index, index + 1, -Math.sin(radians));
    rotation.set(index + 1, index, Math.sin(radians));
  }
  const core = rotation.mmul(Matrix.diag([...values])).mmul(rotation.transpose());
  const task = Matrix.zeros(rows, cols);
  task.setSubMatrix(core, 0, 0);
  return task;
}

function squaredDistance(left: Matrix, right: Matrix): number {
  const difference = Matrix.sub(left, right);
  return difference.dot(difference);
}
