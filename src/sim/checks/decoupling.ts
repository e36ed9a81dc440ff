import { type Check, judge, notApplicable } from '../check.js';
import { roundingOfSquare } from '../engines/bias.js';
import type { Checkpoint } from '../engines/checkpoint.js';
import { type CheckedRun, notSimulated } from './checked-run.js';

/** Float64 noise of the comparison itself, relative to σ_1: it dominates where the engine runs in float64. */
const COMPARISON_NOISE = 2 ** -46;

/**
 * T0: the simulated singular values are those of the exact scalar recurrence. The margin is what is left of the rounding
 * bound of the engine (see `recurrence.ts`) at the worst mode and time, as a share of the bound.
 */
export function checkDecoupling(run: CheckedRun, checkpoints: readonly Checkpoint[]): Check {
  const excuse = notSimulated(run);
  if (excuse !== undefined) return notApplicable('T0', excuse);
  const floor = COMPARISON_NOISE * run.problem.spectrum[0]!;
  let worst = 0;
  let worstError = 0;
  checkpoints.forEach(({ singularValues }, at) => {
    const { factors, rounding } = run.expected!.checkpoints[at]!;
    singularValues.forEach((value, mode) => {
      const factor = factors[mode]!;
      const error = Math.abs(value - factor * factor);
      const share = error / (floor + roundingOfSquare(factor, rounding[mode]!));
      if (!(share <= worst)) {
        worst = share;
        worstError = error;
      }
    });
  });
  const values = checkpoints.length * run.problem.modes.length;
  return judge(
    'T0',
    1 - worst,
    0,
    `${values} simulated singular values against the exact recurrence: the worst is off by ${worstError.toExponential(1)}, ${(100 * worst).toPrecision(2)} % of the rounding bound`,
  );
}
