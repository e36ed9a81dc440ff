import type { Problem } from '../../../theory/problem.js';
import { predictedStandardError } from '../../noise/predicted-error.js';
import { type Check, notApplicable } from '../../scenario/check.js';
import type { PerturbedCheckpoint } from '../checkpoint.js';
import { type CheckedRun, notSimulated } from './checked-run.js';
import { judgeMonteCarlo } from './monte-carlo.js';

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
