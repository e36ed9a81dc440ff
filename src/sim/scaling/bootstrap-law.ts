import { uniformSource } from '../noise/uniform.js';
import { type FittedLaw, formulaParameters, refitLaw } from './fit-law.js';
import type { ScalingPoint } from './scaling-law.js';

/** An interval from quantiles. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Share of the bootstrap distribution that an interval leaves out on each side: 95 % are inside. */
const TAIL = 0.025;

/**
 * Percentile intervals of the parameters of a fitted law by the bootstrap: points are drawn with replacement and the law is fitted
 * to them anew, from where it was. They hold 95 % of the fits. What the points have in common, such as being off the law all
 * alike, no bootstrap can see.
 *
 * @param fit of the law to the points
 * @param resamples from 2
 * @param seed integer in [0, 2^53)
 * @param turn awaited between fits, for the event loop
 * @returns an interval for each parameter of the formula
 */
export async function bootstrapIntervals(
  fit: FittedLaw,
  points: readonly ScalingPoint[],
  resamples: number,
  seed: number,
  turn: () => Promise<void>,
): Promise<Interval[]> {
  const fits: number[][] = [];
  for (let index = 0; index < resamples; index++) {
    await turn();
    const uniform = uniformSource(seed, 'bootstrap', index);
    const sample = points.map(() => points[Math.floor(uniform() * points.length)]!);
    fits.push(formulaParameters(refitLaw(fit, sample)));
  }
  return fit.parameters.map((_, parameter) => {
    const values = fits.map((values) => values[parameter]!).sort((a, b) => a - b);
    return { low: quantile(values, TAIL), high: quantile(values, 1 - TAIL) };
  });
}

/** A quantile of sorted values, linear between them. */
function quantile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  return low + (position - below) * ((sorted[below + 1] ?? low) - low);
}
