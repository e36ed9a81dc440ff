import type { RunDocument } from '../../sim/scenario/run-document.js';
import type { Cell } from '../../sim/scenario/table.js';

/** Points of one curve, in order of x. */
export interface Curve {
  /** Value of the series column. */
  readonly of: Cell;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Largest standard error of y; 0 where it has none. */
  readonly error: number;
}

/**
 * The curves of a table: one for each value of the series column, of the first of the named columns that has numbers.
 *
 * @param columns the simulated one first, then theory's for a run that simulated nothing
 * @param error column with the standard error of the simulated one
 */
export function curvesOf(
  { tables }: RunDocument,
  table: string,
  series: string | undefined,
  x: string,
  columns: readonly string[],
  error?: string,
): readonly Curve[] {
  const found = Object.hasOwn(tables, table) ? tables[table] : undefined;
  if (found === undefined) return [];
  const place = (name: string) => found.columns.findIndex((column) => column.name === name);
  const y = columns.map(place).find((index) => found.rows.some((row) => typeof row[index] === 'number'));
  const [atX, atSeries] = [place(x), series === undefined ? -1 : place(series)];
  if (y === undefined || atX < 0) return [];
  const atError = error === undefined || y !== place(columns[0]!) ? -1 : place(error);
  const groups = new Map<Cell, [number, number, number][]>();
  for (const row of found.rows) {
    const point = [row[atX], row[y], row[atError] ?? 0];
    if (!point.every((cell) => typeof cell === 'number')) continue;
    const of = atSeries < 0 ? null : row[atSeries]!;
    const points = groups.get(of);
    if (points === undefined) groups.set(of, [point as [number, number, number]]);
    else points.push(point as [number, number, number]);
  }
  return [...groups].map(([of, points]) => {
    const sorted = [...points].sort((a, b) => a[0] - b[0]);
    const largest = greatest(sorted.map(([, , deviation]) => deviation));
    return { of, x: sorted.map(([value]) => value), y: sorted.map(([, value]) => value), error: largest };
  });
}

/** How values go: `flat` where all are the same to the tolerance. */
export type Direction = 'rises' | 'falls' | 'flat' | 'turns';

/**
 * The direction of values in order.
 *
 * @param share of their whole range that counts as no change from one to the next
 */
export function directionOf(values: readonly number[], share = 1e-3): Direction {
  const range = greatest(values) - least(values);
  if (!(range > 1e-12 * greatest(values.map(Math.abs)))) return 'flat';
  const steps = values.slice(1).map((value, index) => value - values[index]!);
  if (steps.every((step) => step >= -share * range)) return 'rises';
  return steps.every((step) => step <= share * range) ? 'falls' : 'turns';
}

/** Standard errors by which a rise must exceed noise, seen at its best place among a hundred. */
const CLEARLY = 5;

/**
 * Whether a curve falls to a minimum before its end and rises from it by more than noise, and by more than a thousandth of its
 * whole range.
 *
 * @param error largest standard error of a value
 */
export function hasUTurn(values: readonly number[], error = 0): boolean {
  const lowest = least(values);
  const range = greatest(values) - lowest;
  const place = values.indexOf(lowest);
  return place > 0 && greatest(values.slice(place)) - lowest > Math.max(range / 1000, CLEARLY * error);
}

/** Whether the last third of the points, by their number, holds less than a tenth of the whole change. */
export function hasPlateau(values: readonly number[]): boolean {
  const range = greatest(values) - least(values);
  const last = values.slice(Math.floor((2 * values.length) / 3));
  return greatest(last) - least(last) < range / 10;
}

// Not by arguments of a call, of which there may be a hundred thousand at most.
function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}
