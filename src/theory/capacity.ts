import { Matrix } from 'ml-matrix';
import { requireInput } from './invalid-input.js';
import { fullSingularBasis, singularValuesOf } from './linear-algebra.js';
import { squaredNorm } from './sensitivity.js';

// What one network can do on several tasks at once: least joint losses (T7), and what a loss on one says about the other (T4-bracket).

/** A task on its own block of inputs, which shares the first layer's `h` hidden units with the other tasks. */
export interface SharedTask {
  /** The task `A_j`, `p×q_j`; all tasks have the same number of rows. */
  readonly task: Matrix;
  /** How much its loss counts; finite, from 0. */
  readonly weight: number;
}

/** The best that any network of a given width can do on several tasks at once. */
interface SharedOptimum {
  /** `Σ_j weight_j ‖W1W2_j - A_j‖²` at the optimum. */
  readonly loss: number;
  /** `‖W1W2_j - A_j‖²` of each task there. */
  readonly taskLosses: readonly number[];
  /** `W1`, `p×h`, with orthonormal columns (zero columns where `h > p`). */
  readonly first: Matrix;
  /** `W2_j = W1ᵀA_j`, `h×q_j`, of each task. */
  readonly seconds: readonly Matrix[];
}

/**
 * Least joint loss of tasks on disjoint blocks of inputs that share `h` hidden units, and weights that reach it (T7).
 *
 * `Σ_j m_j ‖W1W2_j - A_j‖² = ‖W1 [√m_1 W2_1, …] - [√m_1 A_1, …]‖²`, so that by Eckart and Young (1936) the least loss is
 * `Σ_{k>h} sv_k([√m_1 A_1, √m_2 A_2, …])²`, reached by projecting every task on the first `h` left singular vectors.
 * For two tasks in proportions `1 - m` and `m` see `mixture`.
 *
 * @throws InvalidInputError for no task or tasks of different heights (`tasks`), a weight out of its range (`weights`) or a
 *   width that is not an integer from 1 (`hidden`)
 */
export function sharedOptimum(tasks: readonly SharedTask[], hidden: number): SharedOptimum {
  const { left, values } = fullSingularBasis(new Matrix(weightedTasks(tasks)));
  requireWidth(hidden);
  const first = Matrix.zeros(left.rows, hidden);
  first.setSubMatrix(left.subMatrix(0, left.rows - 1, 0, Math.min(hidden, left.rows) - 1), 0, 0);
  const seconds = tasks.map(({ task }) => first.transpose().mmul(task));
  return {
    loss: lossBeyond(hidden, values),
    taskLosses: tasks.map(({ task }, index) => squaredNorm(first.mmul(seconds[index]!).sub(task))),
    first,
    seconds,
  };
}

/** The losses of `sharedOptimum` at several widths, without weights that reach them: one decomposition gives them all. */
function sharedLosses(tasks: readonly SharedTask[], widths: readonly number[]): number[] {
  const stacked = weightedTasks(tasks);
  widths.forEach(requireWidth);
  // A network as wide as the tasks have room for learns them all.
  const room = Math.min(stacked.length, stacked[0]!.length);
  if (widths.every((hidden) => hidden >= room)) return widths.map(() => 0);
  const values = singularValuesOf(stacked);
  return widths.map((hidden) => lossBeyond(hidden, values));
}

function requireWidth(hidden: number): void {
  requireInput(Number.isInteger(hidden) && hidden >= 1, 'hidden', hidden, 'an integer from 1');
}

function lossBeyond(hidden: number, values: readonly number[]): number {
  return values.slice(hidden).reduce((sum, value) => sum + value ** 2, 0);
}

/**
 * The task of pre-training, `p×q_1`, and a new one, `p×q_2`, in the proportions `1 - share` and `share` (T7).
 *
 * @throws InvalidInputError (option `mix`) where the share is out of its range
 */
export function mixture(old: Matrix, added: Matrix, share: number): readonly SharedTask[] {
  requireInput(share >= 0 && share <= 1, 'mix', share, 'a number from 0 to 1');
  return [
    { task: old, weight: 1 - share },
    { task: added, weight: share },
  ];
}

/** `[√m_1 A_1, √m_2 A_2, …]`, row by row. */
function weightedTasks(tasks: readonly SharedTask[]): number[][] {
  const rows = tasks[0]?.task.rows;
  const fit = rows !== undefined && tasks.every(({ task }) => task.rows === rows);
  requireInput(fit, 'tasks', tasks.length, 'one or more tasks with the same number of rows');
  const stacked = Array.from({ length: rows }, (): number[] => []);
  for (const { task, weight } of tasks) {
    requireInput(weight >= 0 && weight < Infinity, 'weights', weight, 'finite numbers from 0');
    const factor = Math.sqrt(weight);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < task.columns; column += 1) {
        stacked[row]!.push(task.get(row, column) * factor);
      }
    }
  }
  return stacked;
}

/** Least joint loss of two tasks in some proportion (T7). */
export interface JointLoss {
  /** How much the new task counts, from 0 to below 1. */
  readonly share: number;
  readonly loss: number;
}

/** Shares from `e^-9` to `1 - e^-9`, equally spaced in their log-odds, and 0. */
const SHARES: readonly number[] = [0, ...Array.from({ length: 73 }, (_, index) => 1 / (1 + Math.exp(9 - index / 4)))];

/** Least joint losses of two tasks that share a hidden layer, over proportions as in `JointLoss` (T7); a list for each hidden width. */
export function jointLosses(
  old: Matrix,
  added: Matrix,
  widths: readonly number[],
  shares: readonly number[] = SHARES,
): JointLoss[][] {
  const losses = shares.map((share) => sharedLosses(mixture(old, added, share), widths));
  return widths.map((_, at) => shares.map((share, index) => ({ share, loss: losses[index]![at]! })));
}

/**
 * Least loss on the old task of any network with this loss on the new one (T7-forgetting): the largest
 * `(J(m) - m L_2)/(1 - m)` over the given proportions m.
 */
export function oldLossFloor(joint: readonly JointLoss[], lossNew: number): number {
  return joint.reduce((most, { share, loss }) => Math.max(most, (loss - share * lossNew) / (1 - share)), 0);
}

/**
 * `oldLossFloor` over the grid of `jointLosses`, the same to the bit, from the few of its proportions that can matter.
 *
 * In the odds `o = m/(1 - m)` the floor is the least of `L_1 + o(L'_2 - L_2)` over all weights, with `L_1` and `L'_2` their losses: it is
 * concave, and the odds of the grid lie farther and farther apart. Where two neighbours differ by more than rounding, what lies beyond
 * the lower one is lower still, so that bisection finds the largest; neighbours within rounding of each other are all compared.
 *
 * @returns the floor as a function of the loss `L_2` on the new task; it keeps the joint losses that it has needed
 * @throws InvalidInputError as documented at `sharedOptimum`, when the floor is asked for
 */
export function oldLossFloorOnGrid(old: Matrix, added: Matrix, hidden: number): (lossNew: number) => number {
  const size = squaredNorm(old) + squaredNorm(added);
  const losses: number[] = [];
  return (lossNew) => {
    const floorAt = (index: number) => {
      const share = SHARES[index]!;
      losses[index] ??= sharedLosses(mixture(old, added, share), [hidden])[0]!;
      return (losses[index]! - share * lossNew) / (1 - share);
    };
    /** Rise from a proportion to the next; 0 where it is no more than a hundred times the rounding of both. */
    const riseAfter = (index: number) => {
      const rise = floorAt(index + 1) - floorAt(index);
      return Math.abs(rise) > (1e-12 * (size + lossNew)) / (1 - SHARES[index + 1]!) ? rise : 0;
    };
    let [from, to] = [0, SHARES.length - 1];
    while (from < to) {
      const middle = (from + to) >> 1;
      const rise = riseAfter(middle);
      if (rise === 0) break;
      if (rise > 0) from = middle + 1;
      else to = middle;
    }
    let most = 0;
    for (let index = from; index <= to; index += 1) most = Math.max(most, floorAt(index));
    return most;
  };
}

/**
 * Pre-training losses that a network with this fine-tuning loss can have on the inputs that fine-tuning shows (T4-bracket):
 * from `(D - √L)²` (0 where `√L > D`) to `(D + √L)²`.
 *
 * @param distance D, Frobenius distance of the two tasks on these inputs
 * @param lossFt fine-tuning loss L, from 0
 */
export function lossBracket(distance: number, lossFt: number): { readonly least: number; readonly most: number } {
  const root = Math.sqrt(lossFt);
  return { least: Math.max(0, distance - root) ** 2, most: (distance + root) ** 2 };
}
