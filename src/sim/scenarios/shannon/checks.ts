import { isPastValley } from '../../../theory/sensitivity.js';
import { judgeMonteCarlo } from '../../noise/noise-checks.js';
import { type FitRange, type FittedSurfaces, type Part, shareOn } from '../../scaling/fitted-surface.js';
import { type Check, judgeWorst, notApplicable, type Verdict } from '../../scenario/scenario.js';
import { SmallestSlack } from '../../training/training-checks.js';
import type { SurfacePoint, TrainedWidth } from './noisy-surface.js';

/**
 * T8: the mean rise of the loss under noise in proportion to the weights is `(‖W1‖²‖W2‖²/h)(2/snr + 1/snr²)` of the very weights
 * that were perturbed. The margin is in standard errors, the sample's or the predicted one where that is larger.
 */
export function checkRelativeNoise(widths: readonly TrainedWidth[], replicates: number): Check {
  const simulated = widths.flatMap(({ points }) => points.flatMap((point) => point.simulated ?? []));
  const empty = 'nothing was simulated: the exact engine is the closed form itself';
  if (simulated.length === 0) return notApplicable('T8', empty);
  const compared = simulated.map(({ excess: { mean, standardError }, identity, chance }) => ({
    mean,
    identity,
    standardError: Math.max(standardError, chance),
  }));
  return judgeMonteCarlo('T8', replicates, compared, empty);
}

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
  return judgeWorst(
    'T8-valley',
    slack,
    'at no time of the grid is every mode learned as far as the noise allows',
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
  return { value: loss + excess.mean, error: standardError, allowed: Math.abs(bias) + ofEngine + rounding };
}

/** Differences of R² below this say nothing on which law is better. */
const ALIKE = 0.005;

/**
 * Whether the Shannon law extrapolates better than Chinchilla's, pooled over the levels of noise as in the paper. It agrees where
 * it does on all that was held out and in no direction worse, disagrees where it is worse on all, and is open where that depends on the
 * direction, or nothing tells them apart.
 *
 * @param shannon fitted to the same surfaces as the other
 */
export function scalingVerdict(shannon: FittedSurfaces, chinchilla: FittedSurfaces, range: FitRange): Verdict {
  const pairs = (['inside', 'held out', 'width', 'time', 'both'] as const).flatMap((part) => {
    const [ours, theirs] = [shannon, chinchilla].map((fit) => shareOn(fit, null, part, range).share);
    return ours == null || theirs == null ? [] : [{ part, ours, theirs }];
  });
  const all = pairs.find(({ part }) => part === 'held out');
  if (all === undefined) {
    return { verdict: 'open in the linear model', reason: 'nothing of the surface was held out from the fit' };
  }
  const ahead = ({ ours, theirs }: { ours: number; theirs: number }) => ours - theirs;
  const directions = pairs.filter(({ part }) => part === 'width' || part === 'time');
  const worse = directions.some((pair) => ahead(pair) < -ALIKE);
  const verdict =
    ahead(all) < -ALIKE ? 'disagrees' : ahead(all) > ALIKE && !worse ? 'agrees' : 'open in the linear model';
  return {
    verdict,
    reason: `pooled R² of the Shannon law against Chinchilla's: ${pairs
      .map(({ part, ours, theirs }) => `${short(ours)} against ${short(theirs)} ${WORDS[part]}`)
      .join(', ')} (published for the Shannon law, beyond in both: 0.847)`,
  };
}

const WORDS: Readonly<Record<Part, string>> = {
  inside: 'on what was fitted',
  'held out': 'on all that was held out',
  width: 'beyond in width alone',
  time: 'beyond in time alone',
  both: 'beyond in both',
};

function short(value: number): string {
  return String(Number(value.toFixed(3)));
}
