import type { Matrix } from 'ml-matrix';

/**
 * `U diag(values) Vᵀ` for the first columns of two bases, one per value: how tasks and aligned weights are written down.
 *
 * @param left `U`, with at least as many columns as there are values
 * @param values the diagonal, at least one number
 * @param right `V`, with at least as many columns as there are values
 */
export function diagonalInBases(left: Matrix, values: readonly number[], right: Matrix): Matrix {
  const last = values.length - 1;
  const scaled = left.subMatrix(0, left.rows - 1, 0, last).mulRowVector([...values]);
  return scaled.mmul(right.subMatrix(0, right.rows - 1, 0, last).transpose());
}
