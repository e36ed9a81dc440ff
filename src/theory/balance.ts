import { Matrix } from 'ml-matrix';
import { squaredNorm } from './sensitivity.js';

/** Weights of a two-layer linear network `W = W1 W2`. */
export interface Weights {
  /** `W1`, `p×h`. */
  readonly first: Matrix;
  /** `W2`, `h×q`. */
  readonly second: Matrix;
}

/**
 * The imbalance `ℓ` of weights that are λ-balanced, `W1ᵀW1 - W2W2ᵀ = ℓ I`, or null where they are not.
 *
 * `W1ᵀW1 - W2W2ᵀ` is conserved by gradient flow on any loss of the product `W1W2` (Du, Hu and Lee 2018). Weights with one
 * hidden unit are λ-balanced always; `ℓ > 0` needs `h ≤ p` and `ℓ < 0` needs `h ≤ q`.
 *
 * @param first `W1`, `p×h`
 * @param second `W2`, `h×q`
 * @param tolerance largest departure from `ℓ I`, in Frobenius norm, relative to `‖W1‖² + ‖W2‖²`
 * @returns `ℓ`; exactly 0 where it is within rounding of balanced weights
 */
export function imbalanceOf(first: Matrix, second: Matrix, tolerance = 1e-10): number | null {
  const size = Math.max(first.max(), -first.min(), second.max(), -second.min());
  if (size === 0) return 0;
  // Scaled to 1, so that the squares of tiny or huge weights count.
  const [scaledFirst, scaledSecond] = [Matrix.div(first, size), Matrix.div(second, size)];
  const scale = squaredNorm(scaledFirst) + squaredNorm(scaledSecond);
  const difference = imbalanceMatrix(scaledFirst, scaledSecond);
  const hidden = difference.rows;
  const mean = difference.trace() / hidden;
  const departure = Matrix.sub(difference, Matrix.eye(hidden, hidden, mean)).norm();
  if (!(departure <= tolerance * scale)) return null;
  return Math.abs(mean) <= 4 * Number.EPSILON * scale ? 0 : mean * size * size;
}

/**
 * `W1ᵀW1 - W2W2ᵀ`, the `h×h` matrix that gradient flow conserves.
 *
 * @param first `W1`, `p×h`
 * @param second `W2`, `h×q`
 */
export function imbalanceMatrix(first: Matrix, second: Matrix): Matrix {
  return Matrix.sub(first.transpose().mmul(first), second.mmul(second.transpose()));
}
