import { type ExplainedPoints, explainedShare, type FittedLaw, fitLaw } from './fit-law.js';
import type { ScalingLaw, ScalingPoint } from './laws.js';

/** Which points are held out from the fit, by what they have more of than the fitted ones. */
export type Region = 'inside' | 'width' | 'time' | 'both';

/** Up to where points are fitted. */
export interface FitRange {
  readonly fitWidth: number;
  readonly fitTime: number;
}

export function regionOf({ size, data }: ScalingPoint, { fitWidth, fitTime }: FitRange): Region {
  if (size <= fitWidth) return data <= fitTime ? 'inside' : 'time';
  return data <= fitTime ? 'width' : 'both';
}

/** The surface of one level of noise. */
export interface Surface {
  readonly snr: number;
  readonly points: readonly ScalingPoint[];
}

export interface FittedSurfaces {
  readonly law: ScalingLaw;
  readonly fits: readonly (Surface & { readonly fit: FittedLaw })[];
}

/**
 * Fits a law to what is inside the range, at every level of noise on its own.
 *
 * @param near fits to nearly the same surfaces, to start from
 */
export function fitSurfaces(
  law: ScalingLaw,
  surfaces: readonly Surface[],
  range: FitRange,
  near?: FittedSurfaces,
): FittedSurfaces {
  const fits = surfaces.map((surface, at) => {
    const inside = surface.points.filter((point) => regionOf(point, range) === 'inside');
    return { ...surface, fit: fitLaw(law, inside, near?.fits[at]?.fit) };
  });
  return { law, fits };
}

/** Parts of a surface for which R² is reported: what was fitted, each direction beyond, and all that was held out. */
export const PARTS = ['inside', 'width', 'time', 'both', 'held out'] as const;
export type Part = (typeof PARTS)[number];

/**
 * R² of `ln L` on a part of the surfaces, with one mean for all of them.
 *
 * @param snr one level of noise; all of them pooled where it is null
 * @returns number of points and R², null where it is not defined
 */
export function shareOn(
  { fits }: FittedSurfaces,
  snr: number | null,
  part: Part,
  range: FitRange,
): { count: number; share: number | null } {
  const groups = fits
    .filter((each) => snr === null || each.snr === snr)
    .map(({ fit, points }): ExplainedPoints => {
      const chosen = points.filter((point) => {
        const region = regionOf(point, range);
        return part === 'held out' ? region !== 'inside' : region === part;
      });
      return { fit, points: chosen };
    });
  return { count: groups.reduce((sum, { points }) => sum + points.length, 0), share: explainedShare(groups) };
}
