import { type Check, judge, notApplicable } from '../../scenario/check.js';
import { SmallestSlack } from '../../training/checks/smallest-slack.js';
import type { FlowError } from './convergence.js';

/**
 * How far the observed order may be from 1 at the smallest rate. The error is `aη + bη²`, so that halving η gives the order
 * `1 + log2((1 + (b/a)η)/(1 + (b/a)η/2))`, within a quarter of 1 as long as the second term is below 40 % of the first; a scheme
 * of order ½ or 2 misses it by twice as much.
 */
const ORDER_ALLOWANCE = 0.25;

/**
 * T9: every schedule stays within `C max η` of gradient flow, and comes closer in proportion to `max η`. The margin is the
 * least of: the share of its bound that the worst mode leaves, and what is left of {@link ORDER_ALLOWANCE} at the two smallest
 * rates of each schedule.
 *
 * @param studies per schedule, from the largest rate to the smallest
 */
export function checkFlowLimit(studies: readonly (readonly FlowError[])[]): Check {
  const slack = new SmallestSlack();
  const orders: number[] = [];
  for (const errors of studies) {
    for (const { share } of errors) slack.add(1 - share, 0);
    const order = errors.at(-1)?.order;
    if (order === undefined || errors.at(-1)!.error === 0) continue;
    orders.push(order);
    slack.add(ORDER_ALLOWANCE - Math.abs(order - 1), 0);
  }
  if (slack.comparisons === 0) {
    return notApplicable('T9', 'the times take too many steps for a study of small learning rates');
  }
  const range =
    orders.length === 0
      ? 'no order was seen'
      : `orders of convergence from ${Math.min(...orders).toFixed(3)} to ${Math.max(...orders).toFixed(3)}`;
  return judge(
    'T9',
    slack.margin,
    slack.tolerance,
    `${range}; every distance from gradient flow below C max(eta)`,
  );
}
