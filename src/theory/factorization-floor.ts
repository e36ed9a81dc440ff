import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { InvalidInputError } from './invalid-input.js';

/** Two factors of a matrix. */
export interface Factorization {
  /** `W1`, `p×h`. */
  readonly first: Matrix;
  /** `W2`, `h×q`. */
  readonly second: Matrix;
}

/**
 * Least possible value of `q‖W1‖² + p‖W2‖²` over all factorisations `W = W1W2`, of any width: `2√(pq)‖W‖_*` (T6).
 *
 * By T1, no way of training can make the coefficient of `γ²` in the sensitivity of `W` smaller than this.
 *
 * @param product `W`, `p×q`
 */
export function sensitivityFloor(product: Matrix): number {
  return 2 * Math.sqrt(product.rows * product.columns) * nuclearNorm(product);
}

/**
 * Sum of the singular values, `‖W‖_*`.
 *
 * @param matrix `W`
 */
export function nuclearNorm(matrix: Matrix): number {
  const { diagonal } = new SingularValueDecomposition(matrix, {
    autoTranspose: true,
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
  });
  return diagonal.reduce((sum, value) => sum + value, 0);
}

/**
 * A factorisation that attains the floor of T6: `W1 = (p/q)^{1/4} U√Σ`, `W2 = (q/p)^{1/4} √Σ Vᵀ`, so that
 * `q W1ᵀW1 = p W2W2ᵀ`.
 *
 * @param product `W = UΣVᵀ`, `p×q`
 * @param hidden width `h`, an integer from `min(p, q)` on (the default); wider factors are padded with zeros
 * @throws InvalidInputError (option `hidden`) where `hidden` is not such an integer
 */
export function leastSensitiveFactors(product: Matrix, hidden?: number): Factorization {
  const { rows, columns } = product;
  const least = Math.min(rows, columns);
  const width = hidden ?? least;
  if (!Number.isInteger(width) || width < least) {
    throw new InvalidInputError('hidden', width, `an integer of at least ${least}, which is min(rows, cols)`);
  }
  const { leftSingularVectors, rightSingularVectors, diagonal } = decompose(product);
  const scale = (rows / columns) ** 0.25;
  const first = Matrix.zeros(rows, width);
  const second = Matrix.zeros(width, columns);
  for (let mode = 0; mode < least; mode += 1) {
    const factor = Math.sqrt(diagonal[mode] as number);
    for (let row = 0; row < rows; row += 1)
      first.set(row, mode, scale * factor * leftSingularVectors.get(row, mode));
    for (let column = 0; column < columns; column += 1) {
      second.set(mode, column, (factor / scale) * rightSingularVectors.get(column, mode));
    }
  }
  return { first, second };
}

function decompose(matrix: Matrix): SingularValueDecomposition {
  // Without autoTranspose a wide matrix makes the library print a warning.
  return new SingularValueDecomposition(matrix, { autoTranspose: true });
}
