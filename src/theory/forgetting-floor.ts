import type { Matrix } from 'ml-matrix';
import { leastSharedLoss, mixture } from './capacity.js';

/** Least joint loss of two tasks in some proportion (T7). */
export interface JointLoss {
  /** How much the new task counts, from 0 to below 1. */
  readonly share: number;
  readonly loss: number;
}

/** Shares from `e^-9` to `1 - e^-9`, equally spaced in their log-odds, and 0. */
const SHARES: readonly number[] = [
  0,
  ...Array.from({ length: 73 }, (_, index) => 1 / (1 + Math.exp(9 - index / 4))),
];

/**
 * Least joint losses of two tasks that share a hidden layer, over a grid of proportions (T7).
 *
 * @param old the task of pre-training, `p×q_1`
 * @param added the new task, `p×q_2`
 * @param hidden hidden width
 * @param shares how much the new task counts, from 0 to below 1
 * @throws InvalidInputError as documented at `leastSharedLoss`
 */
export function jointLosses(
  old: Matrix,
  added: Matrix,
  hidden: number,
  shares: readonly number[] = SHARES,
): JointLoss[] {
  return shares.map((share) => ({ share, loss: leastSharedLoss(mixture(old, added, share), hidden) }));
}

/**
 * Least loss on the old task of any network with this loss on the new one (T7-forgetting): the largest
 * `(J(m) - m L_2)/(1 - m)` over the given proportions m.
 *
 * @param joint least joint losses J(m)
 * @param lossNew loss `L_2` on the new task, from 0
 */
export function oldLossFloor(joint: readonly JointLoss[], lossNew: number): number {
  return joint.reduce((most, { share, loss }) => Math.max(most, (loss - share * lossNew) / (1 - share)), 0);
}
