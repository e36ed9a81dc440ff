import { type Check, judge, notApplicable } from '../check.js';
import type { FinalSensitivity } from '../decoupling/final-sensitivity.js';
import { SmallestSlack } from './smallest-slack.js';

/** Standard errors within which a Monte Carlo mean must lie; see `perturbation-identity.ts`. */
const STANDARD_ERRORS = 6;

/** Below this many replicates a sample standard error says too little to judge by. */
const FEWEST_REPLICATES = 30;

/** T1: the mean rise of the loss under noise is the identity's, of the very weights that were perturbed. The margin is in standard errors. */
export function checkFinalSensitivity(
  measured: readonly FinalSensitivity[],
  gamma: number,
  replicates: number,
): Check {
  if (replicates < FEWEST_REPLICATES) {
    return notApplicable(
      'T1',
      `${replicates} replicates give no reliable standard error; take ${FEWEST_REPLICATES}`,
    );
  }
  const slack = new SmallestSlack();
  for (const { theory, simulated } of measured) {
    slack.add(STANDARD_ERRORS - Math.abs(simulated.mean - theory) / simulated.standardError, 0);
  }
  if (slack.comparisons === 0 || gamma === 0)
    return notApplicable('T1', 'no noise, or no network to perturb');
  const worst = (STANDARD_ERRORS - slack.margin).toPrecision(2);
  return judge(
    'T1',
    slack.margin,
    0,
    `${slack.comparisons} Monte Carlo means against the identity: the worst is ${worst} standard errors off, ${STANDARD_ERRORS} allowed`,
  );
}
