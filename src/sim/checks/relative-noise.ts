import { type Check, judge, notApplicable } from '../check.js';
import type { TrainedWidth } from '../scaling/noisy-point.js';
import { SmallestSlack } from './smallest-slack.js';

/** Standard errors within which a Monte Carlo mean must lie; see `perturbation-identity.ts`. */
const STANDARD_ERRORS = 6;

/** Below this many replicates a sample standard error says too little to judge by. */
const FEWEST_REPLICATES = 30;

/**
 * T8: the mean rise of the loss under noise in proportion to the weights is `(‖W1‖²‖W2‖²/h)(2/snr + 1/snr²)` of the very weights
 * that were perturbed. The margin is in standard errors, the sample's or the predicted one where that is larger.
 */
export function checkRelativeNoise(widths: readonly TrainedWidth[], replicates: number): Check {
  const simulated = widths.flatMap(({ points }) => points.flatMap((point) => point.simulated ?? []));
  if (simulated.length === 0) {
    return notApplicable('T8', 'nothing was simulated: the exact engine is the closed form itself');
  }
  if (replicates < FEWEST_REPLICATES) {
    return notApplicable(
      'T8',
      `${replicates} replicates give no reliable standard error; take ${FEWEST_REPLICATES}`,
    );
  }
  const slack = new SmallestSlack();
  for (const { excess, identity, chance } of simulated) {
    slack.add(STANDARD_ERRORS - Math.abs(excess.mean - identity) / Math.max(excess.standardError, chance), 0);
  }
  const worst = (STANDARD_ERRORS - slack.margin).toPrecision(2);
  return judge(
    'T8',
    slack.margin,
    0,
    `${slack.comparisons} Monte Carlo means against the identity: the worst is ${worst} standard errors off, ${STANDARD_ERRORS} allowed`,
  );
}
