import { InvalidInputError } from './invalid-input.js';

/** The network nearest to a task among those of a width whose layers have bounded norms. */
export interface NearestInBall {
  /** Its singular values, as many as those of the task, in the same order. */
  readonly values: readonly number[];
  /** Its loss `‖W − A‖²`, which no other has less of. */
  readonly loss: number;
}

/**
 * Least loss of a two-layer network whose layers have norms of at most ρ1 and ρ2 (T6-sphere). Then `‖W1W2‖_* ≤ ρ1ρ2`, and the nearest matrix
 * in this ball has the singular vectors of the task and its h largest singular values less the same number μ, as far as they are
 * above it: `s_i = max(σ_i − μ, 0)` with `Σ s_i = ρ1ρ2`, or μ = 0 where they fit.
 *
 * @param spectrum singular values of the task, non-increasing, from 0
 * @param hidden width h, an integer from 1
 * @param radius `ρ1ρ2`, finite and from 0
 * @throws InvalidInputError (`hidden`, `radius`) where these are out of their range
 */
export function nearestInNuclearBall(
  spectrum: readonly number[],
  hidden: number,
  radius: number,
): NearestInBall {
  if (!(Number.isInteger(hidden) && hidden >= 1)) {
    throw new InvalidInputError('hidden', hidden, 'an integer from 1');
  }
  if (!(radius >= 0 && radius < Infinity)) {
    throw new InvalidInputError('radius', radius, 'a finite number from 0');
  }
  const shrinkage = shrinkageOf(spectrum.slice(0, hidden), radius);
  const values = spectrum.map((sigma, index) => (index < hidden ? Math.max(sigma - shrinkage, 0) : 0));
  const loss = spectrum.reduce((sum, sigma, index) => sum + (sigma - values[index]!) ** 2, 0);
  return { values, loss };
}

/** The least μ ≥ 0 for which `Σ max(σ_i − μ, 0)` is at most the radius. */
function shrinkageOf(spectrum: readonly number[], radius: number): number {
  let sum = 0;
  let shrinkage = 0;
  spectrum.forEach((sigma, index) => {
    sum += sigma;
    // With the first values alone in the sum; the right number of them is the one for which this is largest.
    shrinkage = Math.max(shrinkage, (sum - radius) / (index + 1));
  });
  return shrinkage;
}
