import { Matrix } from 'ml-matrix';
import { effectiveSpeed, effectiveTask } from '../../theory/regularization.js';
import { rotateModes } from '../../theory/rotation.js';
import type { Backend, NetworkBatch, Weights } from '../backends/backend.js';
import { embedCore, embedDiagonal, randomBasis } from '../training/singular-basis.js';
import type { StartingPoint } from './starting-point.js';
import type { Tuned, Tuner } from './tuner.js';
import type { FineTuningStudy, Task, Tuning } from './tuning.js';

interface MatrixState {
  readonly batch: NetworkBatch;
  readonly tunings: readonly Tuning[];
}

/** A checkpoint as full matrices. */
interface MatrixStart extends Weights {
  /** `W_0`, the product of the layers. */
  readonly product: Matrix;
}

/**
 * Engine `matrix` for fine-tuning: the full layers of every network, with singular vectors and a hidden basis drawn from the
 * seed, for any angle between the tasks. A pull λ is plain descent on `A_eff` at `1 + λ` times the rate (T5).
 *
 * @param starts the checkpoints by position
 * @param seed of the orthogonal matrices, the same as in pre-training
 */
export function matrixTuner(
  { problem, anchor }: FineTuningStudy,
  starts: readonly StartingPoint[],
  backend: Backend,
  seed: number,
): Tuner<MatrixState> {
  const { rows, hidden, cols } = problem;
  const shape = { rows, hidden, cols };
  const { left, hidden: inner, right } = randomBasis(problem, seed);
  const pretraining = embedDiagonal(left, problem.spectrum, right);
  const most = Math.max(2, Math.floor(KEPT_BYTES / (8 * (rows * hidden + hidden * cols + rows * cols))));
  const startAt = keptByKey(most, (at: number): MatrixStart => {
    const { trained, factors } = starts[at]!;
    const weights = (trained as Weights | undefined) ?? {
      first: flat(embedDiagonal(left, Array.from(factors), inner)),
      second: flat(embedDiagonal(inner, Array.from(factors), right)),
    };
    return { ...weights, product: productOf(weights, 0, shape) };
  });
  const taskMatrix = keptByKey(most, (task: Task) =>
    embedCore(left, rotateModes(task.values, task.angle), right),
  );
  return {
    bytesPerNetwork: 8 * 4 * (rows * hidden + hidden * cols + rows * cols),
    workPerStep: 6 * rows * hidden * cols,
    start(tunings) {
      const count = tunings.length;
      const first = new Float64Array(count * rows * hidden);
      const second = new Float64Array(count * hidden * cols);
      const target = new Float64Array(count * rows * cols);
      tunings.forEach(({ at, task, pull }, network) => {
        const start = startAt(at);
        first.set(start.first, network * rows * hidden);
        second.set(start.second, network * hidden * cols);
        const anchored = anchor === 'checkpoint' ? start.product : pretraining;
        target.set(flat(effectiveTask(taskMatrix(task), anchored, pull)), network * rows * cols);
      });
      const rateScale = Float64Array.from(tunings, ({ rate, pull }) => rate * effectiveSpeed(pull));
      return { batch: { shape, count, first, second, target, rateScale }, tunings };
    },
    async advance({ batch, tunings }, steps) {
      const weights = await backend.descendNetworks(batch, new Array<number>(steps).fill(1));
      return { batch: { ...batch, ...weights }, tunings };
    },
    measure({ batch, tunings }) {
      return tunings.map(({ at, task }, network): Tuned => {
        const before = startAt(at).product;
        const after = productOf(batch, network, shape);
        const residual = Matrix.sub(after, pretraining);
        const moved = Matrix.sub(after, before);
        const missed = Matrix.sub(after, taskMatrix(task));
        return {
          lossPre: residual.dot(residual),
          lossFt: missed.dot(missed),
          forgetting: moved.dot(residual) + moved.dot(Matrix.sub(before, pretraining)),
          singularValues: diagonalOf(after, left, right, problem.modes.length),
        };
      });
    },
  };
}

/** `u_iᵀ W v_i` of the first modes. */
function diagonalOf(network: Matrix, left: Matrix, right: Matrix, modes: number): Float64Array {
  const seen = left
    .subMatrix(0, left.rows - 1, 0, modes - 1)
    .transpose()
    .mmul(network);
  return Float64Array.from({ length: modes }, (_, mode) => {
    let sum = 0;
    for (let column = 0; column < seen.columns; column++)
      sum += seen.get(mode, column) * right.get(column, mode);
    return sum;
  });
}

function productOf(
  { first, second }: Weights,
  network: number,
  { rows, hidden, cols }: { rows: number; hidden: number; cols: number },
): Matrix {
  const upper = first.subarray(network * rows * hidden, (network + 1) * rows * hidden);
  const lower = second.subarray(network * hidden * cols, (network + 1) * hidden * cols);
  return Matrix.from1DArray(rows, hidden, Array.from(upper)).mmul(
    Matrix.from1DArray(hidden, cols, Array.from(lower)),
  );
}

function flat(matrix: Matrix): Float64Array {
  return Float64Array.from(matrix.to1DArray());
}

/** Memory for checkpoints as matrices, and for tasks, that are kept for the next network that needs them. */
const KEPT_BYTES = 16 * 2 ** 20;

/** Remembers the latest results, since neighbours in an ensemble share their checkpoint or their task. */
function keptByKey<Key, Value>(most: number, compute: (key: Key) => Value): (key: Key) => Value {
  const kept = new Map<Key, Value>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const value = compute(key);
    if (kept.size >= most) kept.delete(kept.keys().next().value as Key);
    kept.set(key, value);
    return value;
  };
}
