import { type Check, judge, notApplicable } from '../../scenario/check.js';
import { SmallestSlack } from '../../training/checks/smallest-slack.js';
import type { ReplayPoint } from './replay-runs.js';

/** Singular values to 1e-14 of the squared norm, divided by the smallest share of the old task, `e^-9`. */
const ROUNDING = 1e-9;

/**
 * T7-forgetting: no network has a smaller loss on the old task than its width and its loss on the new one allow. Losses are those of the very
 * weights that were trained, so that the precision of training plays no part. The margin is the least distance from the floor, in
 * units of the loss.
 *
 * @param squaredNorm of both tasks together
 */
export function checkForgettingFloor(points: readonly ReplayPoint[], squaredNorm: number): Check {
  const slack = new SmallestSlack();
  for (const { outcomes } of points) {
    for (const { lossOld, floor } of outcomes) slack.add(lossOld - floor, ROUNDING * squaredNorm);
  }
  if (slack.comparisons === 0) return notApplicable('T7-forgetting', 'no network was trained');
  return judge(
    'T7-forgetting',
    slack.margin,
    slack.tolerance,
    `${slack.comparisons} networks against the least loss on the old task at their width and their loss on the new one`,
  );
}
