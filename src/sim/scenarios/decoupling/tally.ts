import type { Estimate } from '../../noise/excess.js';

/** Standard errors by which a difference must differ from zero. */
const STANDARD_ERRORS = 3;

/** How many comparisons bear a claim out, contradict it, and do neither. */
export interface Tally {
  readonly agreeing: number;
  readonly contradicting: number;
  readonly undecided: number;
}

/**
 * Differences that are clearly below and above zero; a difference that is not a number, as between two divergences, is neither.
 *
 * @param match clearly below this is enough for the first
 */
export function tallyOf(differences: readonly Estimate[], match = 0): Tally {
  const clear = differences.filter(({ standardError }) => standardError > 0);
  const below = clear.filter(({ mean, standardError }) => mean + STANDARD_ERRORS * standardError < match);
  const above = clear.filter(
    (difference) =>
      !below.includes(difference) && difference.mean > STANDARD_ERRORS * difference.standardError,
  );
  return {
    agreeing: below.length,
    contradicting: above.length,
    undecided: differences.length - below.length - above.length,
  };
}
