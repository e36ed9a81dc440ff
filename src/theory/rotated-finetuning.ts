import { Matrix } from 'ml-matrix';
import type { Weights } from './balance.js';
import { descendWeights } from './descend-weights.js';
import { type FineTuning, requireFineTuning } from './finetuning.js';
import { singularValue } from './mode.js';
import type { Problem } from './problem.js';
import { effectiveSpeed, effectiveTask } from './regularization.js';
import { flowFromBasis } from './riccati.js';
import { riccatiBasis } from './riccati-basis.js';
import { rotateModes } from './rotation.js';
import { squaredNorm } from './sensitivity.js';
import { loss } from './trajectory.js';

/** A checkpoint after fine-tuning on a task with turned singular vectors. */
export interface RotatedFineTuned {
  /**
   * The network `W1W2` in the basis of the singular vectors of pre-training, restricted to its `min(p, q)` modes: block
   * diagonal with blocks of 2. Entries are not finite where descent diverged.
   */
  readonly core: Matrix;
  /** Pre-training loss before. */
  readonly lossBefore: number;
  /** Pre-training loss after; `Infinity` where descent diverged. */
  readonly lossPre: number;
  /** Fine-tuning loss after, without the regulariser; `Infinity` where descent diverged. */
  readonly lossFt: number;
  /** `lossPre - lossBefore`. */
  readonly forgetting: number;
}

/**
 * Fine-tunes the checkpoint of the pre-training flow at `time` on the task `U R diag(σ^ft) Rᵀ Vᵀ`, where `R` turns by `angle` in
 * the planes of modes (1,2), (3,4), …
 *
 * The planes do not mix, so that each is a network of at most 2 modes. Gradient flow is the Riccati closed form (`flowWeights`)
 * on `A_eff` (T5), gradient descent the recurrence of the 2×2 blocks: both exact, at a cost linear in the number of modes.
 * At 0° and 180° this is `fineTune`, at 90° `fineTune` with the values of each pair swapped.
 *
 * @param problem the pre-training problem
 * @param time gradient-flow time of the checkpoint, from 0; `Infinity` is the limit
 * @param angle degrees, from 0 to 180
 * @param fineTuning the task's singular values, the pull and the length
 * @throws InvalidInputError as `fineTune`, and for an angle out of its range (`angle`)
 */
export function fineTuneRotated(
  problem: Problem,
  time: number,
  angle: number,
  fineTuning: FineTuning,
): RotatedFineTuned {
  requireFineTuning(problem, time, fineTuning);
  const goal = rotateModes(fineTuning.target, angle);
  const core = Matrix.zeros(goal.rows, goal.rows);
  for (let start = 0; start < goal.rows; start += 2) {
    const end = Math.min(start + 1, goal.rows - 1);
    const factors = problem.modes.slice(start, end + 1).map((mode) => Math.sqrt(singularValue(mode, time)));
    if (factors.length === 0) break;
    const { first, second } = fineTuneBlock(
      Matrix.diag(factors, end - start + 1, factors.length),
      goal.subMatrix(start, end, start, end),
      Matrix.diag(problem.spectrum.slice(start, end + 1)),
      fineTuning,
    );
    core.setSubMatrix(first.mmul(second), start, start);
  }
  const lossBefore = loss(problem, time);
  const lossPre = squaredDistance(core, Matrix.diag([...problem.spectrum]));
  return { core, lossBefore, lossPre, lossFt: squaredDistance(core, goal), forgetting: lossPre - lossBefore };
}

/** Fine-tunes the network `factor · factorᵀ` of one plane. */
function fineTuneBlock(
  factor: Matrix,
  goal: Matrix,
  pretraining: Matrix,
  { pull, anchor, length }: FineTuning,
): Weights {
  const second = factor.transpose();
  const anchored = anchor === 'checkpoint' ? factor.mmul(second) : pretraining;
  const task = effectiveTask(goal, anchored, pull);
  const speed = effectiveSpeed(pull);
  if ('time' in length) return flowFromBasis(riccatiBasis(task, 0), factor, second, speed * length.time);
  return descendWeights(factor, second, task, speed * length.rate, length.steps);
}

function squaredDistance(left: Matrix, right: Matrix): number {
  const distance = squaredNorm(Matrix.sub(left, right));
  return Number.isNaN(distance) ? Infinity : distance;
}
