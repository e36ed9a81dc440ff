import type { Problem } from '../../theory/problem.js';
import { type Check, judge, notApplicable } from '../check.js';
import type { PerturbedCheckpoint } from '../engines/checkpoint.js';
import { predictedStandardError } from '../noise/predicted-error.js';
import { type CheckedRun, notSimulated } from './checked-run.js';
import { SmallestSlack } from './smallest-slack.js';

/**
 * Standard errors within which a Monte Carlo mean must lie. At six, a thousand independent comparisons of normal means
 * fail once in 500,000 runs.
 */
const STANDARD_ERRORS = 6;

/** Below this many replicates a sample standard error says too little to judge by. */
const FEWEST_REPLICATES = 30;

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
  if (replicates < FEWEST_REPLICATES) {
    return notApplicable(
      'T1',
      `${replicates} replicates give no reliable standard error; take ${FEWEST_REPLICATES}`,
    );
  }
  const { rows, hidden, cols } = problem;
  const slack = new SmallestSlack();
  for (const { checkpoint, excess } of perturbed) {
    const [first, second] = checkpoint.squaredNorms;
    gammas.forEach((gamma, index) => {
      if (gamma === 0) return;
      const identity = gamma ** 2 * (cols * first + rows * second) + gamma ** 4 * rows * hidden * cols;
      const { mean, standardError } = excess[index]!;
      const predicted = predictedStandardError(problem, gamma, checkpoint.time, replicates);
      slack.add(STANDARD_ERRORS - Math.abs(mean - identity) / Math.max(standardError, predicted), 0);
    });
  }
  if (slack.comparisons === 0) return notApplicable('T1', 'no gamma above 0');
  const worst = (STANDARD_ERRORS - slack.margin).toPrecision(2);
  return judge(
    'T1',
    slack.margin,
    0,
    `${slack.comparisons} Monte Carlo means against the identity: the worst is ${worst} standard errors off, ${STANDARD_ERRORS} allowed`,
  );
}
