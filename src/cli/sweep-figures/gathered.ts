import { type Moments, NO_MOMENTS, pooled } from './moments.js';
import type { SweepRows, ValueColumn } from './sweep-rows.js';

/** What the rows of one place of a figure come to. */
export interface Gathered {
  /** Rows of the long table. */
  readonly rows: number;
  /** Rows without any numbers, because their parameters contradict each other, say. */
  readonly failures: number;
  /** Rows whose run has a failed check. */
  readonly doubts: number;
  /** Of the value that is drawn. */
  readonly moments: Moments;
  /** Values that are missing because training diverged. */
  readonly diverged: number;
}

const NOTHING: Gathered = { rows: 0, failures: 0, doubts: 0, moments: NO_MOMENTS, diverged: 0 };

/**
 * Sums rows up by their place.
 *
 * @param placeOf the place of a row; below 0 for a row that is not drawn
 * @param places how many there are
 * @param column the values; null for none
 */
export function gather(
  rows: SweepRows,
  column: ValueColumn | null,
  placeOf: (row: number) => number,
  places: number,
): Gathered[] {
  const gathered = Array.from({ length: places }, () => NOTHING);
  for (let row = 0; row < rows.count; row++) {
    const place = placeOf(row);
    if (place < 0) continue;
    const sum = gathered[place]!;
    gathered[place] = {
      rows: sum.rows + rows.weights[row]!,
      failures: sum.failures + rows.failures[row]!,
      doubts: sum.doubts + rows.doubts[row]!,
      moments: pooled(sum.moments, column?.moments[row] ?? NO_MOMENTS),
      diverged: sum.diverged + (column?.diverged[row] ?? 0),
    };
  }
  return gathered;
}

/** Why a place has no number, or what is wrong with the one it has. */
export type Mark = 'diverged' | 'run failed' | 'no number' | 'failed check';

/** The mark of a place, the gravest first; null for a number that nothing is wrong with, and for a place without rows. */
export function markOf({ rows, failures, doubts, moments, diverged }: Gathered): Mark | null {
  if (rows === 0) return null;
  if (diverged > 0) return 'diverged';
  if (moments.count === 0) return failures > 0 ? 'run failed' : 'no number';
  if (failures > 0) return 'run failed';
  return doubts > 0 ? 'failed check' : null;
}
