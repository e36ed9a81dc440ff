import { isPastValley } from '../../../theory/relative-noise.js';
import { type Check, judge, notApplicable } from '../../scenario/check.js';
import { SmallestSlack } from '../../training/checks/smallest-slack.js';
import type { SurfacePoint, TrainedWidth } from './noisy-point.js';

/** Standard errors of a difference of two independent means that are no rise or fall. */
const STANDARD_ERRORS = 6;

/** Float64 noise of sums of squares, relative to the loss. */
const COMPARISON_NOISE = 1e-13;

/**
 * T8-valley: from the time on at which every gap is within the bound the loss under noise does not fall. Where it was simulated the
 * simulated means are compared, with their errors, what discretisation does to them, and rounding allowed.
 */
export function checkLossValley(widths: readonly TrainedWidth[]): Check {
  const slack = new SmallestSlack();
  if (widths.some(({ points }) => points.some(isNoisy))) {
    return notApplicable('T8-valley', 'mini-batches do not follow the gradient flow that the claim is about');
  }
  const above = widths.find(({ problem }) => problem.modes.some(({ sigma, start }) => start > sigma));
  if (above !== undefined) return notApplicable('T8-valley', 'some modes start above their sigma');
  for (const { problem, points } of widths) {
    for (const snr of new Set(points.map((point) => point.snr))) {
      const curve = points.filter((point) => point.snr === snr);
      curve.slice(1).forEach((later, at) => {
        const before = curve[at]!;
        if (!isPastValley(problem, snr, before.time)) return;
        const [a, b] = [lossOf(before), lossOf(later)];
        slack.add(b.value - a.value, STANDARD_ERRORS * Math.hypot(a.error, b.error) + a.allowed + b.allowed);
      });
    }
  }
  if (slack.comparisons === 0) {
    return notApplicable(
      'T8-valley',
      'at no time of the grid is every mode learned as far as the noise allows',
    );
  }
  return judge(
    'T8-valley',
    slack.margin,
    slack.tolerance,
    `${slack.comparisons} steps of the time grid beyond the valley; smallest rise of the loss under noise`,
  );
}

/** Whether gradients were noisy. */
function isNoisy({ simulated }: SurfacePoint): boolean {
  return simulated !== undefined && simulated.discretisation === undefined;
}

function lossOf({ theory, simulated }: SurfacePoint): { value: number; error: number; allowed: number } {
  const rounding = COMPARISON_NOISE * theory;
  if (simulated === undefined) return { value: theory, error: 0, allowed: rounding };
  const { loss, excess, standardError, discretisation } = simulated;
  const { bias, rounding: ofEngine } = discretisation!;
  return {
    value: loss + excess.mean,
    error: standardError,
    allowed: Math.abs(bias) + ofEngine + rounding,
  };
}
