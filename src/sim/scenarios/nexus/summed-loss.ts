import type { Weights } from '../../backends/backend.js';

/** Room for one row: so short an array takes longer to allocate than to fill. */
let residual = new Float64Array(0);

/**
 * The loss `tr (W1W2 − A)C(W1W2 − A)ᵀ` of a square network, in float64 whatever the backend computes in: it is looked at in every few
 * steps of every network, so that it is a plain loop.
 *
 * @param task A, and `covariance` C, dim × dim row by row
 */
export function coveredLoss(
  { first, second }: Weights,
  task: Float64Array,
  covariance: Float64Array,
  dim: number,
): number {
  if (residual.length !== dim) residual = new Float64Array(dim);
  let loss = 0;
  for (let row = 0; row < dim; row++) {
    for (let col = 0; col < dim; col++) residual[col] = -task[row * dim + col]!;
    for (let inner = 0; inner < dim; inner++) {
      const weight = first[row * dim + inner]!;
      for (let col = 0; col < dim; col++) residual[col]! += weight * second[inner * dim + col]!;
    }
    for (let left = 0; left < dim; left++) {
      let seen = 0;
      for (let right = 0; right < dim; right++) seen += covariance[left * dim + right]! * residual[right]!;
      loss += residual[left]! * seen;
    }
  }
  return loss;
}
