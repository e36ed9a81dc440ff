import { type FitRange, type FittedSurfaces, type Part, shareOn } from '../../scaling/fitted-surface.js';
import type { Verdict } from '../../scenario/verdict.js';

/** Differences of R² below this say nothing on which law is better. */
const ALIKE = 0.005;

/**
 * Whether the Shannon law extrapolates better than Chinchilla's, pooled over the levels of noise as in the paper. It agrees where
 * it does on all that was held out and in no direction worse, disagrees where it is worse on all, and is open where that depends on the
 * direction, or nothing tells them apart.
 *
 * @param shannon fitted to the same surfaces as the other
 */
export function scalingVerdict(
  shannon: FittedSurfaces,
  chinchilla: FittedSurfaces,
  range: FitRange,
): Verdict {
  const pairs = (['inside', 'held out', 'width', 'time', 'both'] as const).flatMap((part) => {
    const [ours, theirs] = [shannon, chinchilla].map((fit) => shareOn(fit, null, part, range).share);
    return ours == null || theirs == null ? [] : [{ part, ours, theirs }];
  });
  const all = pairs.find(({ part }) => part === 'held out');
  if (all === undefined) {
    return {
      verdict: 'open in the linear model',
      reason: 'nothing of the surface was held out from the fit',
    };
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
