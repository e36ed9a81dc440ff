import { type Check, judge, notApplicable } from '../../scenario/scenario.js';
import type { Checkpoint } from '../checkpoint.js';
import { roundingOfSquare } from '../choose-plan.js';
import { type CheckedRun, notSimulated } from './checked-run.js';
import { SmallestSlack } from './smallest-slack.js';

/** Float64 noise of the comparison itself, relative to the largest value: it dominates where the engine runs in float64. */
const COMPARISON_NOISE = 2 ** -46;

/**
 * T0: the simulated singular values are those of the exact scalar recurrence. The margin is what is left of the rounding
 * bound of the engine (see `recurrence.ts`) at the worst mode and time, as a share of the bound.
 */
export function checkDecoupling(run: CheckedRun, checkpoints: readonly Checkpoint[]): Check {
  const excuse = notSimulated(run);
  if (excuse !== undefined) return notApplicable('T0', excuse);
  const { modes, spectrum } = run.problem;
  const floor = COMPARISON_NOISE * modes.reduce((most, { start }) => Math.max(most, start), spectrum[0]!);
  const slack = new SmallestSlack();
  let worstError = 0;
  checkpoints.forEach(({ singularValues }, at) => {
    const { factors, rounding } = run.expected!.checkpoints[at]!;
    singularValues.forEach((value, mode) => {
      const factor = factors[mode]!;
      const error = Math.abs(value - factor * factor);
      const share = error / (floor + roundingOfSquare(factor, rounding[mode]!));
      if (slack.add(1 - share, 0)) worstError = error;
    });
  });
  const share = Number((100 * (1 - slack.margin)).toPrecision(2));
  return judge(
    'T0',
    slack.margin,
    0,
    `${slack.comparisons} simulated singular values against the exact recurrence: the worst is off by ${worstError.toExponential(1)}, ${share} % of the rounding bound`,
  );
}
