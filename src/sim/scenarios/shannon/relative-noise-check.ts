import { type Check, notApplicable } from '../../scenario/check.js';
import { judgeMonteCarlo } from '../../training/checks/monte-carlo.js';
import type { TrainedWidth } from './noisy-point.js';

/**
 * T8: the mean rise of the loss under noise in proportion to the weights is `(‖W1‖²‖W2‖²/h)(2/snr + 1/snr²)` of the very weights
 * that were perturbed. The margin is in standard errors, the sample's or the predicted one where that is larger.
 */
export function checkRelativeNoise(widths: readonly TrainedWidth[], replicates: number): Check {
  const simulated = widths.flatMap(({ points }) => points.flatMap((point) => point.simulated ?? []));
  const empty = 'nothing was simulated: the exact engine is the closed form itself';
  if (simulated.length === 0) return notApplicable('T8', empty);
  const compared = simulated.map(({ excess: { mean, standardError }, identity, chance }) => ({
    mean,
    identity,
    standardError: Math.max(standardError, chance),
  }));
  return judgeMonteCarlo('T8', replicates, compared, empty);
}
