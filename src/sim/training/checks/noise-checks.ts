import type { Problem } from '../../../theory/problem.js';
import { predictedStandardError } from '../../noise/means.js';
import { type Check, judge, notApplicable } from '../../scenario/scenario.js';
import type { PerturbedCheckpoint } from '../checkpoint.js';
import { type CheckedRun, notSimulated, SmallestSlack } from '../training-checks.js';

/**
 * Standard errors within which a Monte Carlo mean must lie. At six, a thousand independent comparisons of normal means
 * fail once in 500,000 runs.
 */
export const STANDARD_ERRORS = 6;

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

/**
 * T1: the mean excess loss of the perturbed networks is `γ²(q‖W1‖² + p‖W2‖²) + γ⁴phq` of the very weights that were
 * perturbed, so that discretisation plays no part. The margin is in standard errors: the sample's or, where a small
 * network has tails so heavy that a few dozen draws miss most of the variance, the one that theory predicts.
 */
export function checkPerturbationIdentity(
  run: CheckedRun,
  gammas: readonly number[],
  replicates: number,
  perturbed: readonly PerturbedCheckpoint[],
): Check {
  const excuse = notSimulated(run);
  if (excuse !== undefined) return notApplicable('T1', excuse);
  return judgePerturbationIdentity(run.problem, gammas, replicates, perturbed);
}

/**
 * The same for networks that came about in any way.
 *
 * @param replicates draws behind each mean
 */
export function judgePerturbationIdentity(
  problem: Problem,
  gammas: readonly number[],
  replicates: number,
  perturbed: readonly PerturbedCheckpoint[],
): Check {
  const { rows, hidden, cols } = problem;
  const compared = perturbed.flatMap(({ checkpoint, excess }) => {
    const [first, second] = checkpoint.squaredNorms;
    return gammas.flatMap((gamma, index) => {
      if (gamma === 0) return [];
      const identity = gamma ** 2 * (cols * first + rows * second) + gamma ** 4 * rows * hidden * cols;
      const { mean, standardError } = excess[index]!;
      const predicted = predictedStandardError(problem, gamma, checkpoint.time, replicates);
      return [{ mean, identity, standardError: Math.max(standardError, predicted) }];
    });
  });
  return judgeMonteCarlo('T1', replicates, compared, 'no gamma above 0');
}
