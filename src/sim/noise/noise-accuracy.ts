import { loss, type Problem } from '../../theory/problem.js';
import { biasAt } from '../training/choose-plan.js';
import type { Accuracy } from '../training/pretraining.js';
import { predictedStandardError } from './means.js';

/** Discretisation may take this share of the Monte Carlo error: at ¼ it widens four standard errors by 6 %. */
const SHARE_OF_SENSITIVITY_ERROR = 0.25;
const SHARE_OF_LOSS_ERROR = 0.5;
/** A bias of the loss that no figure could show, whatever the Monte Carlo error. */
const INVISIBLE_LOSS_BIAS = 1e-3;

interface StudyOfNoise {
  readonly times: readonly number[];
  readonly gammas: readonly number[];
  readonly replicates: number;
}

/**
 * What a study of noise asks of the discretisation: at every recorded time and every γ, a bias of the sensitivity well
 * below the Monte Carlo error that is to come, and a bias of the loss below it too or invisible.
 */
export function noiseAccuracy(problem: Problem, study: StudyOfNoise): Accuracy {
  let limits: Limit[] | undefined;
  return {
    measure: 'a quarter of the Monte Carlo error (see the accuracy table)',
    acceptable: ({ checkpoints }) => {
      // Only simulated runs judge a plan: a closed form must not pay for the limits.
      limits ??= limitsAt(problem, study);
      const limitOf = limits;
      return checkpoints.every((checkpoint, at) => {
        const bias = biasAt(problem, checkpoint, study.times[at]!);
        const limit = limitOf[at]!;
        return Math.abs(bias.sum) <= limit.sum && Math.abs(bias.loss) <= limit.loss;
      });
    },
  };
}

/** Largest bias of the sum of singular values and of the loss at one recorded time. */
interface Limit {
  readonly sum: number;
  readonly loss: number;
}

function limitsAt(problem: Problem, { times, gammas, replicates }: StudyOfNoise): Limit[] {
  const slope = problem.rows + problem.cols;
  const invisible = INVISIBLE_LOSS_BIAS * loss(problem, 0);
  return times.map((time) =>
    gammas
      .filter((gamma) => gamma > 0)
      .map((gamma) => {
        const error = predictedStandardError(problem, gamma, time, replicates);
        return {
          sum: (SHARE_OF_SENSITIVITY_ERROR * error) / (gamma ** 2 * slope),
          loss: Math.max(invisible, SHARE_OF_LOSS_ERROR * error),
        };
      })
      .reduce((a, b) => ({ sum: Math.min(a.sum, b.sum), loss: Math.min(a.loss, b.loss) }), {
        sum: Infinity,
        loss: Infinity,
      }),
  );
}
