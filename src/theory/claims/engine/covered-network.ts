import type { Matrix } from 'ml-matrix';
import { type Bases, drawnBases } from './aligned-network.js';
import { diagonalInBases } from './diagonal-in-bases.js';
import { drawnOrthogonal } from './drawn-matrix.js';

/*
 * What the claims about data that do not cover all inputs (T0-exposure, T4-exposure) share: covariances of inputs and gradients of
 * the loss `E‖(W1W2 - A)x‖²` for `x ~ N(0, C)`, from their definitions.
 */

/** Both layers. */
export interface Layers {
  readonly first: Matrix;
  readonly second: Matrix;
}

/** Beyond every seed that `drawnBases` makes of a `matrixSeed`. */
const TWIST = 700_000;

/**
 * Covariance of the inputs, `V T diag(variances) Tᵀ Vᵀ`.
 *
 * @param twistSeed of the orthogonal T; 0 for the identity, with which it is diagonal in the singular vectors V
 */
export function inputCovariance({ right }: Bases, variances: readonly number[], twistSeed: number): Matrix {
  const padded = Array.from({ length: right.rows }, (_, index) => variances[index] ?? 0);
  const twist = drawnOrthogonal(right.rows, twistSeed === 0 ? 0 : twistSeed + TWIST);
  const basis = right.mmul(twist);
  return diagonalInBases(basis, padded, basis);
}

/** Gradients of `E‖(W1W2 - A)x‖²`: `2(W1W2 - A)C W2ᵀ` and `2 W1ᵀ(W1W2 - A)C`. */
export function coveredGradient({ first, second }: Layers, task: Matrix, covariance: Matrix): Layers {
  const seen = first.mmul(second).sub(task).mmul(covariance).mul(2);
  return { first: seen.mmul(second.transpose()), second: first.transpose().mmul(seen) };
}

/** The loss `E‖(W1W2 - A)x‖²` for `x ~ N(0, C)`. */
export function coveredMatrixLoss({ first, second }: Layers, task: Matrix, covariance: Matrix): number {
  const residual = first.mmul(second).sub(task);
  return residual.mmul(covariance).dot(residual);
}

/** A square network's bases, one orthogonal matrix each, from a seed. */
export function squareBases(size: number, seed: number): Bases {
  return drawnBases(size, size, size, seed);
}
