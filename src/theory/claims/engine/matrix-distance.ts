import type { Matrix } from 'ml-matrix';

/**
 * Frobenius norm of `left - right`, entry by entry, without the matrices in between: claims compare thousands of pairs.
 *
 * @param left any matrix
 * @param right one of the same shape
 */
export function matrixDistance(left: Matrix, right: Matrix): number {
  let sum = 0;
  for (let row = 0; row < left.rows; row++) {
    for (let column = 0; column < left.columns; column++) {
      const difference = left.get(row, column) - right.get(row, column);
      sum += difference * difference;
    }
  }
  return Math.sqrt(sum);
}
