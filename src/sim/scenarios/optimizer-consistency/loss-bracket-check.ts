import { type Check, judge, notApplicable } from '../../scenario/check.js';
import { SmallestSlack } from '../../training/checks/smallest-slack.js';
import type { OptimizerPair } from './consistency-pairs.js';

/** Norms of matrices in float64, relative to the largest. */
const ROUNDING = 1e-12;

/**
 * T4-bracket: no pair of optimisers ends below the least pre-training loss that its fine-tuning loss allows. The margin is the least
 * distance from it, in units of the loss.
 *
 * @param size squared norms of the tasks together
 */
export function checkLossBracket(pairs: readonly OptimizerPair[], size: number): Check {
  const slack = new SmallestSlack();
  for (const { lossAfter, least } of pairs) {
    lossAfter.forEach((loss, at) => {
      slack.add(loss - least[at]!, ROUNDING * size);
    });
  }
  if (slack.comparisons === 0) return notApplicable('T4-bracket', 'no network was trained');
  return judge(
    'T4-bracket',
    slack.margin,
    slack.tolerance,
    `${slack.comparisons} networks against the least pre-training loss at their fine-tuning loss`,
  );
}
