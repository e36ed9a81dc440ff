import type { Matrix } from 'ml-matrix';
import type { NetworkShape } from '../backends/backend.js';
import { randomOrthogonal } from '../noise/orthogonal.js';

/** Singular vectors of the task, `U` and `V`, and the rotation `R` of the hidden layer. */
export interface SingularBasis {
  readonly left: Matrix;
  readonly hidden: Matrix;
  readonly right: Matrix;
}

/**
 * Random orthogonal U (rows), R (hidden) and V (columns), so that nothing in the weights of a network gives its modes away.
 *
 * @param seed of the matrices; the same seed gives the same basis, in pre-training and in fine-tuning
 */
export function randomBasis({ rows, hidden, cols }: NetworkShape, seed: number): SingularBasis {
  return {
    left: randomOrthogonal(rows, seed, 0),
    hidden: randomOrthogonal(hidden, seed, 1),
    right: randomOrthogonal(cols, seed, 2),
  };
}

/** `left · diag(values) · rightᵀ`, the values on the diagonal of a rectangular matrix. */
export function embedDiagonal(left: Matrix, values: readonly number[], right: Matrix): Matrix {
  const count = values.length;
  const scaled = left.subMatrix(0, left.rows - 1, 0, count - 1);
  values.forEach((value, column) => {
    scaled.mulColumn(column, value);
  });
  return scaled.mmul(right.subMatrix(0, right.rows - 1, 0, count - 1).transpose());
}

/** `left · core · rightᵀ` for a core that acts on the first singular directions only. */
export function embedCore(left: Matrix, core: Matrix, right: Matrix): Matrix {
  const within = left.subMatrix(0, left.rows - 1, 0, core.rows - 1).mmul(core);
  return within.mmul(right.subMatrix(0, right.rows - 1, 0, core.columns - 1).transpose());
}
