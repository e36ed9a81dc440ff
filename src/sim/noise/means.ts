import { singularValue } from '../../theory/mode.js';
import type { Problem } from '../../theory/problem.js';
import type { NetworkShape } from '../backends/backend.js';
import { type Estimate, RunningEstimate } from './excess.js';

/** Mean of at least one value with its standard error; the error of a single value is unknown and stands as 0. */
export function estimateOf(values: readonly number[]): Estimate {
  const running = new RunningEstimate();
  for (const value of values) running.add(value);
  const { mean, standardError } = running.result();
  return { mean, standardError: values.length > 1 ? standardError : 0 };
}

/**
 * Standard error of a quantity by the jackknife over groups of draws, `√((G − 1)/G Σ (x_g − x̄)²)`: it serves quantities
 * that are not means, such as the time at which a mean curve is least.
 *
 * @param withoutGroup the quantity as it comes out without each of G ≥ 2 groups of equal size
 */
export function jackknifeError(withoutGroup: readonly number[]): number {
  const count = withoutGroup.length;
  // Against one of them, so that equal values have no error at all.
  const offsets = withoutGroup.map((value) => value - withoutGroup[0]!);
  const mean = offsets.reduce((sum, value) => sum + value, 0) / count;
  const squares = offsets.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(((count - 1) / count) * squares);
}

/**
 * Standard error that a Monte Carlo estimate of the sensitivity will have at a time of the flow, before it is drawn.
 *
 * Variances of the three largest parts of the excess loss `2γ⟨R,B⟩ + γ²‖B‖² + … + γ⁴‖C‖²` at an aligned checkpoint:
 * `8γ² Σ r_i² s_i`, `2γ⁴ Σ_{ij} (s_i + s_j)²` and `2γ⁸ p h q (p + h + q + 1)`; their covariances are left out.
 */
export function predictedStandardError(problem: Problem, gamma: number, time: number, replicates: number): number {
  const { rows, hidden, cols } = problem;
  let linear = 0;
  let sum = 0;
  let squares = 0;
  for (const mode of problem.modes) {
    const value = singularValue(mode, time);
    linear += (value - mode.sigma) ** 2 * value;
    sum += value;
    squares += value * value;
  }
  const pairs = (rows + cols) * squares + 2 * sum * sum;
  const variance =
    8 * gamma ** 2 * linear +
    2 * gamma ** 4 * pairs +
    2 * gamma ** 8 * rows * hidden * cols * (rows + hidden + cols + 1);
  return Math.sqrt(variance / replicates);
}

/**
 * Standard deviation of the weights at initialisation, `e^{−τ} √(2k / (h(p+q)))` with k = min(p, h, q): the k singular
 * values e^{−τ} of each layer spread over its entries, which have mean 0 over random singular vectors. It stands for the
 * covariance Σ of the initialisation by which arXiv 2503.19206, section 4, scales its noise; `e^{−τ}/√d` if square.
 */
export function initialDeviation({ rows, hidden, cols, tau }: NetworkShape & { readonly tau: number }): number {
  const modes = Math.min(rows, hidden, cols);
  return Math.exp(-tau) * Math.sqrt((2 * modes) / (hidden * (rows + cols)));
}
