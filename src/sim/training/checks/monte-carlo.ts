import { type Check, judge, notApplicable } from '../../scenario/check.js';
import { SmallestSlack } from './smallest-slack.js';

/**
 * Standard errors within which a Monte Carlo mean must lie. At six, a thousand independent comparisons of normal means
 * fail once in 500,000 runs.
 */
const STANDARD_ERRORS = 6;

/** Below this many replicates a sample standard error says too little to judge by. */
const FEWEST_REPLICATES = 30;

/** A Monte Carlo mean beside what an identity gives for the very weights that were perturbed. */
export interface ComparedMean {
  readonly mean: number;
  readonly identity: number;
  readonly standardError: number;
}

/**
 * Whether Monte Carlo means are those of an identity. The margin is in standard errors.
 *
 * @param replicates draws behind each mean
 * @param empty why the claim does not apply where there is nothing to compare
 */
export function judgeMonteCarlo(
  claim: string,
  replicates: number,
  compared: readonly ComparedMean[],
  empty: string,
): Check {
  if (replicates < FEWEST_REPLICATES) {
    return notApplicable(
      claim,
      `${replicates} replicates give no reliable standard error; take ${FEWEST_REPLICATES}`,
    );
  }
  if (compared.length === 0) return notApplicable(claim, empty);
  const slack = new SmallestSlack();
  for (const { mean, identity, standardError } of compared) {
    slack.add(STANDARD_ERRORS - Math.abs(mean - identity) / standardError, 0);
  }
  const worst = (STANDARD_ERRORS - slack.margin).toPrecision(2);
  return judge(
    claim,
    slack.margin,
    0,
    `${slack.comparisons} Monte Carlo means against the identity: the worst is ${worst} standard errors off, ${STANDARD_ERRORS} allowed`,
  );
}
