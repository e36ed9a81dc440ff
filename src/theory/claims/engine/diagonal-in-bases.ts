import { Matrix } from 'ml-matrix';

/**
 * `U diag(values) Vᵀ` for the first columns of two bases, one per value: how tasks and aligned weights are written down.
 *
 * @param left `U`, with at least as many columns as there are values
 * @param values the diagonal, at least one number
 * @param right `V`, with at least as many columns as there are values
 */
export function diagonalInBases(left: Matrix, values: readonly number[], right: Matrix): Matrix {
  const product = Matrix.zeros(left.rows, right.rows);
  for (let row = 0; row < left.rows; row++) {
    for (let column = 0; column < right.rows; column++) {
      let sum = 0;
      for (let k = 0; k < values.length; k++) sum += left.get(row, k) * values[k]! * right.get(column, k);
      product.set(row, column, sum);
    }
  }
  return product;
}
