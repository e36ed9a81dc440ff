import { Matrix } from 'ml-matrix';
import { InvalidInputError } from './invalid-input.js';
import { squaredNorm } from './sensitivity.js';

const LARGEST_PULL = 1e150;

/**
 * The task that regularised fine-tuning really follows (T5): `A_eff = (A_ft + λ W_0)/(1 + λ)`.
 *
 * `‖W - A_ft‖² + λ‖W - W_0‖² = (1 + λ)‖W - A_eff‖² + λ/(1 + λ) ‖A_ft - W_0‖²` for every `W`, so that fine-tuning with a pull of
 * `λ` toward the checkpoint is plain fine-tuning to `A_eff` in time `(1 + λ)t`, for any shapes and any start. With the
 * pre-training task `A_pre` as the anchor the same holds for replay of true pre-training data with weight `λ`.
 *
 * @param task the fine-tuning task `A_ft`
 * @param anchor `W_0`, the product of the checkpoint's weights; or `A_pre` for replay
 * @param pull `λ`, from 0 to 1e150
 * @throws InvalidInputError (option `lambdas`) where the pull is out of its range
 */
export function effectiveTask(task: Matrix, anchor: Matrix, pull: number): Matrix {
  const { onTask, onAnchor } = weights(pull);
  return Matrix.mul(task, onTask).add(Matrix.mul(anchor, onAnchor));
}

/**
 * `effectiveTask` for one mode whose singular vectors the task and the anchor share: `(σ^ft + λ s_0)/(1 + λ)`.
 *
 * @param target singular value `σ^ft` of the fine-tuning task
 * @param anchor singular value of the checkpoint, `s_0`; or of the pre-training task for replay
 * @param pull `λ`, from 0 to 1e150
 * @throws InvalidInputError (option `lambdas`) where the pull is out of its range
 */
export function effectiveValue(target: number, anchor: number, pull: number): number {
  const { onTask, onAnchor } = weights(pull);
  return target * onTask + anchor * onAnchor;
}

/**
 * Factor by which the pull speeds fine-tuning up, `1 + λ` (T5): a step of size `η` on the regularised loss is one of size
 * `(1 + λ)η` on `‖W - A_eff‖²`, and time runs `1 + λ` times as fast.
 *
 * @param pull `λ`, from 0 to 1e150
 * @throws InvalidInputError (option `lambdas`) where the pull is out of its range
 */
export function effectiveSpeed(pull: number): number {
  if (!(pull >= 0 && pull <= LARGEST_PULL)) {
    throw new InvalidInputError('lambdas', pull, `numbers from 0 to ${LARGEST_PULL}`);
  }
  return 1 + pull;
}

/**
 * The part of the regularised loss that no weights remove, `λ/(1 + λ) ‖A_ft - W_0‖²` (T5).
 *
 * @param task the fine-tuning task `A_ft`
 * @param anchor `W_0`, or `A_pre` for replay
 * @param pull `λ`, from 0 to 1e150
 * @throws InvalidInputError (option `lambdas`) where the pull is out of its range
 */
export function regularizationFloor(task: Matrix, anchor: Matrix, pull: number): number {
  return weights(pull).onAnchor * squaredNorm(Matrix.sub(task, anchor));
}

function weights(pull: number): { onTask: number; onAnchor: number } {
  const speed = effectiveSpeed(pull);
  return { onTask: 1 / speed, onAnchor: pull / speed };
}
