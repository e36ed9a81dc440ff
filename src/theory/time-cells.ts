/** In the landscape's unit no mode changes by more than a thousandth before this time. */
const FIRST_TIME = 2 ** -13;

const GRID_CELLS = 64;

const TAIL_RATIO = 16;

/**
 * Times from 0 to `end` between which a search begins, evenly spaced on a logarithmic scale after the first one.
 *
 * @param end last time, finite and from 0
 */
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
