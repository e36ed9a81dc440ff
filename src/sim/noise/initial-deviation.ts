import type { NetworkShape } from '../backends/backend.js';

/**
 * Standard deviation of the weights at initialisation, `e^{−τ} √(2k / (h(p+q)))` with k = min(p, h, q): the k singular
 * values e^{−τ} of each layer spread over its entries, which have mean 0 over random singular vectors. It stands for the
 * covariance Σ of the initialisation by which arXiv 2503.19206, section 4, scales its noise; `e^{−τ}/√d` if square.
 */
export function initialDeviation({
  rows,
  hidden,
  cols,
  tau,
}: NetworkShape & { readonly tau: number }): number {
  const modes = Math.min(rows, hidden, cols);
  return Math.exp(-tau) * Math.sqrt((2 * modes) / (hidden * (rows + cols)));
}
