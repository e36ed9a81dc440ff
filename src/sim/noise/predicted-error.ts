import { singularValue } from '../../theory/mode.js';
import type { Problem } from '../../theory/problem.js';

/**
 * Standard error that a Monte Carlo estimate of the sensitivity will have at a time of the flow, before it is drawn.
 *
 * Variances of the three largest parts of the excess loss `2γ⟨R,B⟩ + γ²‖B‖² + … + γ⁴‖C‖²` at an aligned checkpoint:
 * `8γ² Σ r_i² s_i`, `2γ⁴ Σ_{ij} (s_i + s_j)²` and `2γ⁸ p h q (p + h + q + 1)`; their covariances are left out.
 */
export function predictedStandardError(
  problem: Problem,
  gamma: number,
  time: number,
  replicates: number,
): number {
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
