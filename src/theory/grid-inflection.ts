/** The global minimum of a curve that is known on a grid of times. */
export interface GridInflection {
  /** Position on the grid. */
  readonly index: number;
  /** Time at that position. */
  readonly time: number;
}

/**
 * Inflection of a curve on a grid: its first global minimum. Values that are not numbers (a run that diverged) are passed over.
 *
 * @param times the grid
 * @param values the curve, one value per time
 * @returns position and time, or `null` where the curve has not risen again at the last point: the last value is the
 *   least (or equal to it), or there is no value at all
 * @throws RangeError where the numbers of times and values differ
 */
export function gridInflection(times: readonly number[], values: readonly number[]): GridInflection | null {
  if (times.length !== values.length) throw new RangeError('one value is needed per time');
  let index = -1;
  let least = Infinity;
  let last = Number.NaN;
  values.forEach((value, position) => {
    if (Number.isNaN(value)) return;
    last = value;
    if (value < least) [least, index] = [value, position];
  });
  return index === -1 || last === least ? null : { index, time: times[index] as number };
}
