import { createProblem } from '../../theory/problem.js';
import { loss } from '../../theory/trajectory.js';
import { biasAt } from '../training/choose-plan.js';
import type { Accuracy, Pretraining } from '../training/pretraining.js';

/** Discretisation may move the simulated loss by this share of the initial loss: no figure could show it. */
const INVISIBLE_LOSS_BIAS = 1e-3;

/** What a study of the loss asks of the discretisation: at every recorded time a bias that no figure could show. */
export function lossAccuracy(pretraining: Pretraining): Accuracy {
  const problem = createProblem(pretraining);
  const invisible = INVISIBLE_LOSS_BIAS * loss(problem, 0);
  return {
    measure: '0.1 % of the initial loss',
    acceptable: ({ checkpoints }) =>
      checkpoints.every(
        (checkpoint, at) => Math.abs(biasAt(problem, checkpoint, pretraining.times[at]!).loss) <= invisible,
      ),
  };
}
