// What searches for times and minima share: bisection, cells of time for branch and bound, and the minimum of a curve on a grid.

/** More halvings than this only happen when the root is at zero itself. */
const MOST_HALVINGS = 200;

/**
 * Root of a function that is negative (or zero) on the left and positive on the right, by bisection down to neighbouring
 * doubles: slow, and right for every continuous function.
 *
 * @returns the point of the last bracket where the function is not positive
 */
export function bisect(negative: number, positive: number, evaluate: (at: number) => number): number {
  let left = negative;
  let right = positive;
  for (let halving = 0; halving < MOST_HALVINGS; halving += 1) {
    const middle = left + (right - left) / 2;
    if (middle === left || middle === right) break;
    if (evaluate(middle) > 0) right = middle;
    else left = middle;
  }
  return left;
}

/** In the landscape's unit no mode changes by more than a thousandth before this time. */
const FIRST_TIME = 2 ** -13;

const GRID_CELLS = 64;

const TAIL_RATIO = 16;

/** Times from 0 to `end`, which is finite, between which a search begins, evenly spaced on a logarithmic scale after the first one. */
export function timeGrid(end: number): number[] {
  if (end <= FIRST_TIME) return end === 0 ? [0] : [0, end];
  const ratio = end / FIRST_TIME;
  const inner = Array.from({ length: GRID_CELLS }, (_, index) => FIRST_TIME * ratio ** (index / GRID_CELLS));
  return [0, ...inner, end];
}

/** Where a cell is split: near the middle on a logarithmic scale; an unbounded cell at a multiple of its beginning. */
export function middleTime(from: number, to: number): number {
  if (to === Infinity) return Math.max(TAIL_RATIO * from, FIRST_TIME);
  return from > 0 && to > 2 * from ? Math.sqrt(from) * Math.sqrt(to) : from + (to - from) / 2;
}

/** Whether a cell is too narrow to split further. */
export function unsplittable(from: number, to: number): boolean {
  return to - from <= 4 * Number.EPSILON * to || to < FIRST_TIME * Number.EPSILON;
}

/** The global minimum of a curve that is known on a grid of times. */
export interface GridInflection {
  /** Position on the grid. */
  readonly index: number;
  readonly time: number;
}

/**
 * Inflection of a curve on a grid: its first global minimum. Values that are not numbers (a run that diverged) are passed over.
 *
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
