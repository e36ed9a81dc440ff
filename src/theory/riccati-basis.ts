import { Matrix } from 'ml-matrix';
import { fullSingularBasis } from './full-singular-basis.js';

/**
 * Eigenbasis of the symmetric matrix `F = [[ℓ/2 I, A], [Aᵀ, -ℓ/2 I]]` that drives the stacked weights `Q = [W1; W2ᵀ]`
 * of a λ-balanced network on the task `A`.
 */
export interface RiccatiBasis {
  /** Rows `p` of the task. */
  readonly rows: number;
  /** Columns `q` of the task. */
  readonly cols: number;
  /** The imbalance `ℓ` of the weights that the basis serves. */
  readonly imbalance: number;
  /** The `p + q` eigenvalues of `F`, in no particular order. */
  readonly eigenvalues: readonly number[];
  /** Orthogonal `(p+q)×(p+q)`; column `i` belongs to eigenvalue `i`. */
  readonly vectors: Matrix;
}

/**
 * Diagonalises `F` from the singular value decomposition of the task: each singular triple `(u, σ, v)` gives the
 * eigenvalues `±√(σ² + ℓ²/4)` in the plane of `(u, 0)` and `(0, v)`; what is left of the row (column) space is null and
 * has the eigenvalue `ℓ/2` (`-ℓ/2`). Pairs are symmetric and null directions exact, which a general eigensolver would
 * give only up to rounding.
 *
 * @param task the task `A`, `p×q`, finite
 * @param imbalance the imbalance `ℓ` of the weights, see `imbalanceOf`
 */
export function riccatiBasis(task: Matrix, imbalance: number): RiccatiBasis {
  const { rows, columns: cols } = task;
  const { left, values, right } = fullSingularBasis(task);
  const vectors = Matrix.zeros(rows + cols, rows + cols);
  const eigenvalues: number[] = [];
  const append = (eigenvalue: number, leftIndex: number, onLeft: number, onRight: number) => {
    const column = eigenvalues.length;
    for (let row = 0; row < rows && onLeft !== 0; row += 1) {
      vectors.set(row, column, onLeft * left.get(row, leftIndex));
    }
    for (let row = 0; row < cols && onRight !== 0; row += 1) {
      vectors.set(rows + row, column, onRight * right.get(row, leftIndex));
    }
    eigenvalues.push(eigenvalue);
  };
  for (let index = 0; index < Math.max(rows, cols); index += 1) {
    const sigma = values[index] ?? 0;
    if (sigma > 0) {
      const eigenvalue = Math.hypot(sigma, imbalance / 2);
      const angle = Math.atan2(sigma, imbalance / 2) / 2;
      append(eigenvalue, index, Math.cos(angle), Math.sin(angle));
      append(-eigenvalue, index, -Math.sin(angle), Math.cos(angle));
    } else {
      if (index < rows) append(imbalance / 2, index, 1, 0);
      if (index < cols) append(-imbalance / 2, index, 0, 1);
    }
  }
  return { rows, cols, imbalance, eigenvalues, vectors };
}
