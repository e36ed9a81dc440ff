import { Matrix, QrDecomposition } from 'ml-matrix';
import { fillGaussian } from './gaussian.js';

/**
 * A random orthogonal matrix, uniform over the group (Haar): the Q factor of a Gaussian matrix with the signs of the
 * diagonal of R taken out (Mezzadri 2007).
 *
 * @param size rows and columns
 * @param which distinguishes the matrices drawn from one seed
 */
export function randomOrthogonal(size: number, seed: number, which: number): Matrix {
  const entries = new Float64Array(size * size);
  fillGaussian(entries, seed, 'basis', which);
  const gaussian = Matrix.from1DArray(size, size, Array.from(entries));
  const decomposition = new QrDecomposition(gaussian);
  const orthogonal = decomposition.orthogonalMatrix;
  const triangular = decomposition.upperTriangularMatrix;
  for (let column = 0; column < size; column++) {
    if (triangular.get(column, column) < 0) orthogonal.mulColumn(column, -1);
  }
  return orthogonal;
}
