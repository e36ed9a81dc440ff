import { Matrix } from 'ml-matrix';
import type { Weights } from '../../backends/backend.js';
import { fillGaussian } from '../../noise/gaussian.js';
import { randomOrthogonal } from '../../noise/orthogonal.js';
import { embedDiagonal } from '../../training/singular-basis.js';

/** Two tasks on blocks of inputs of their own, with the same outputs. */
export interface BlockTasks {
  readonly rows: number;
  /** Inputs of each block. */
  readonly block: number;
  /** `A_1` and `A_2`, rows × block. */
  readonly old: Matrix;
  readonly added: Matrix;
  /** Singular vectors and values of the old task, by which its features are counted. */
  readonly oldLeft: Matrix;
  readonly oldRight: Matrix;
  readonly oldValues: readonly number[];
}

/**
 * Tasks with random singular vectors, those of the outputs orthogonal to each other, so that both together have the rank of both.
 *
 * @param seed of the singular vectors
 */
export function blockTasks(
  rows: number,
  block: number,
  oldValues: readonly number[],
  newValues: readonly number[],
  seed: number,
): BlockTasks {
  const left = randomOrthogonal(rows, seed, 0);
  const [oldRight, newRight] = [randomOrthogonal(block, seed, 1), randomOrthogonal(block, seed, 2)];
  const oldLeft = left.subMatrix(0, rows - 1, 0, oldValues.length - 1);
  const newLeft = left.subMatrix(0, rows - 1, oldValues.length, oldValues.length + newValues.length - 1);
  return {
    rows,
    block,
    old: embedDiagonal(oldLeft, oldValues, oldRight),
    added: embedDiagonal(newLeft, newValues, newRight),
    oldLeft,
    oldRight,
    oldValues,
  };
}

/** Streams of the singular vectors come first. */
const FIRST_STREAM = 3;

/** Both layers before training: Gaussian weights with entries of `e^-tau / √h`. */
export function randomLayers(
  { rows, block }: Pick<BlockTasks, 'rows' | 'block'>,
  hidden: number,
  tau: number,
  seed: number,
  training: number,
): Weights {
  const deviation = Math.exp(-tau) / Math.sqrt(hidden);
  const layer = (size: number, which: number) => {
    const entries = new Float64Array(size);
    fillGaussian(entries, seed, 'basis', FIRST_STREAM + which);
    return entries.map((value) => deviation * value);
  };
  return {
    first: layer(rows * hidden, 2 * training),
    second: layer(hidden * 2 * block, 2 * training + 1),
  };
}

/** What a network with these layers makes of either block: rows × block each. */
export function blockProducts(
  { rows, block }: Pick<BlockTasks, 'rows' | 'block'>,
  hidden: number,
  { first, second }: Weights,
): [Matrix, Matrix] {
  const product = Matrix.from1DArray(rows, hidden, Array.from(first)).mmul(
    Matrix.from1DArray(hidden, 2 * block, Array.from(second)),
  );
  return [product.subMatrix(0, rows - 1, 0, block - 1), product.subMatrix(0, rows - 1, block, 2 * block - 1)];
}

/** Squared distance of two matrices. */
export function squaredDistance(left: Matrix, right: Matrix): number {
  return Matrix.sub(left, right).norm() ** 2;
}

/** Features of the old task that a network has: those above half of their singular value. */
export function learnedFeatures({ oldLeft, oldRight, oldValues }: BlockTasks, product: Matrix): number {
  const seen = oldLeft.transpose().mmul(product).mmul(oldRight);
  return oldValues.filter((sigma, mode) => sigma > 0 && seen.get(mode, mode) > sigma / 2).length;
}
