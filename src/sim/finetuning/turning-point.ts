import { type GridInflection, gridInflection } from '../../theory/search.js';

/**
 * Inflection of a computed curve: its first global minimum on the grid, null where the curve has not risen again at its last
 * point by more than rounding can make of a curve that stays level. Values that are not numbers are passed over.
 *
 * @param times the grid
 * @param values the curve
 * @param rounding how far each value may be off
 */
export function turningPoint(
  times: readonly number[],
  values: readonly number[],
  rounding: readonly number[],
): GridInflection | null {
  const lowest = gridInflection(times, values);
  if (lowest === null) return null;
  const last = values.findLastIndex((value) => !Number.isNaN(value));
  const rise = values[last]! - values[lowest.index]!;
  return rise <= rounding[last]! + rounding[lowest.index]! ? null : lowest;
}

/*
 * Columns of fine-tuning that mean the same in every scenario, each described once.
 */
