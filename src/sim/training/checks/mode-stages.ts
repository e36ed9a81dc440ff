import { type Check, judge, notApplicable } from '../../scenario/scenario.js';
import { SmallestSlack } from './smallest-slack.js';

/** Singular values after stages of training, as simulated and by the exact recurrence. */
export interface ComparedModes {
  readonly simulated: Float64Array;
  readonly exact: Float64Array;
}

/**
 * T0-descent: the modes of a simulated network are those of the exact recurrence, through all its stages. The margin is what is
 * left of the bound on rounding at the worst mode, as a share.
 *
 * @param networks pairs of factors squared; empty where nothing was simulated
 * @param rounding bound on the relative rounding of a singular value
 */
export function checkModeStages(networks: readonly ComparedModes[], rounding: number): Check {
  if (networks.length === 0) {
    return notApplicable(
      'T0-descent',
      'nothing was simulated: the exact engine is the closed form and the recurrence',
    );
  }
  const slack = new SmallestSlack();
  for (const { simulated, exact } of networks) {
    exact.forEach((value, mode) => {
      const bound = (rounding + COMPARISON_NOISE) * value + Number.MIN_VALUE;
      slack.add(1 - Math.abs(simulated[mode]! - value) / bound, 0);
    });
  }
  return judge(
    'T0-descent',
    slack.margin,
    slack.tolerance,
    `${slack.comparisons} singular values after all stages against the exact recurrence; smallest slack as a share of the rounding bound`,
  );
}
