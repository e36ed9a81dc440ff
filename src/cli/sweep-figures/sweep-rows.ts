import type { Cell, Table } from '../../sim/scenario/table.js';
import { numberIn } from '../output/figure-series.js';

/** Sums of some numbers, from which those of their union follow. */
export interface Moments {
  readonly count: number;
  /** Their mean; 0 for none. */
  readonly mean: number;
  /** The sum of their squared distances from the mean. */
  readonly squares: number;
}

export const NO_MOMENTS: Moments = { count: 0, mean: 0, squares: 0 };

export function momentsOf(value: number): Moments {
  return { count: 1, mean: value, squares: 0 };
}

/** Of the union of two sets of numbers (Chan, Golub and LeVeque 1979), without the cancellation of sums of squares. */
export function pooled(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const apart = b.mean - a.mean;
  const share = b.count / count;
  return { count, mean: a.mean + apart * share, squares: a.squares + b.squares + apart * apart * a.count * share };
}

/** The standard error of the mean; null for fewer than two numbers. */
export function standardError({ count, squares }: Moments): number | null {
  return count < 2 ? null : Math.sqrt(squares / (count - 1) / count);
}

export function momentsFrom(count: number, mean: number | null, error: number | null): Moments {
  if (!(count > 0) || mean === null) return NO_MOMENTS;
  return { count, mean, squares: error === null ? 0 : error * error * count * (count - 1) };
}

/** A column of the table of a sweep along which its results can be drawn. */
export interface SweepAxis {
  readonly column: string;
  /** How the sweep file varies it; `row` for a column of the scenario's own table. */
  readonly form: 'grid' | 'list' | 'zip' | 'random' | 'row';
  /** The scale that the sweep file or the scenario asks for; null where the values decide. */
  readonly scale: 'linear' | 'log' | null;
}

/** A result of a sweep: a quantity with its columns in theory and in simulation. */
export interface SweepResult {
  readonly name: string;
  readonly theory: string | null;
  /** The simulated column, or the only one. */
  readonly simulation: string | null;
  /** Column with the standard error of one simulated value. */
  readonly error: string | null;
}

/** What figures need to know of a sweep besides its table; `run.json` keeps it under `sweep`. */
export interface SweepSummary {
  readonly points: number;
  readonly rows: number;
  /** `points`: the long table itself; `cells`: sums over bins of its rows, where there are too many of them. */
  readonly table: 'points' | 'cells';
  readonly axes: readonly SweepAxis[];
  readonly results: readonly SweepResult[];
  /** Text of a sweep file, as JSON, that asks for it; absent where it is very long. */
  readonly file?: string | undefined;
}

/** What the rows of one place of a figure come to. */
export interface Gathered {
  readonly rows: number;
  /** Rows without any numbers, because their parameters contradict each other, say. */
  readonly failures: number;
  /** Rows whose run has a failed check. */
  readonly doubts: number;
  /** Of the value that is drawn. */
  readonly moments: Moments;
  /** Values that are missing because training diverged. */
  readonly diverged: number;
  /** The standard error that the last row brings itself, which counts where it is the only one. */
  readonly error: number | null;
}

const NOTHING: Gathered = { rows: 0, failures: 0, doubts: 0, moments: NO_MOMENTS, diverged: 0, error: null };

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
      error: column?.errors?.[row] ?? null,
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

export interface AxisValues extends SweepAxis {
  /** `text` for values of which some are no numbers. */
  readonly kind: 'linear' | 'log' | 'text';
  readonly values: readonly Cell[];
  /** The distinct values; numbers increasing, texts as they come. */
  readonly distinct: readonly Cell[];
}

/** One column of a result, row by row. */
export interface ValueColumn {
  /** What a row knows of the value: one number, or the moments of those in its bin. */
  readonly moments: readonly Moments[];
  /** How many values of a row are missing because training diverged. */
  readonly diverged: readonly number[];
  /** Standard errors of single simulated values. */
  readonly errors: readonly (number | null)[] | null;
}

export interface ResultValues extends SweepResult {
  readonly theoryValues: ValueColumn | null;
  readonly simulationValues: ValueColumn | null;
}

export function hasNumbers(column: ValueColumn | null): boolean {
  return column?.moments.some(({ count }) => count > 0) === true;
}

/** A result that is drawn, and its column where one alone is drawn: simulation if there is any, theory otherwise. */
export function resultNamed(rows: SweepRows, name: string) {
  const result = rows.results.find((one) => one.name === name);
  if (result === undefined) throw new Error(`there is no result ${name}`);
  const { theoryValues, simulationValues } = result;
  const isSimulated = hasNumbers(simulationValues);
  return { result, isSimulated, column: isSimulated || theoryValues === null ? simulationValues : theoryValues };
}

/** The table of a sweep as figures read it. */
export interface SweepRows {
  readonly summary: SweepSummary;
  readonly count: number;
  /** Axes along which anything varies. */
  readonly axes: readonly AxisValues[];
  /** Results of which there is any number, or any that diverged. */
  readonly results: readonly ResultValues[];
  /** Rows of the long table that stand behind each row. */
  readonly weights: readonly number[];
  /** Of these, how many have no numbers at all. */
  readonly failures: readonly number[];
  /** Of these, how many belong to a run with a failed check. */
  readonly doubts: readonly number[];
}

/** Steps of a list are taken to be equal ratios where that fits better and the ends are so far apart. */
const LEAST_RATIO = 8;

/**
 * Reads the table of a sweep. Columns that it lacks are passed over.
 *
 * @param table `points` or `cells`, as the summary says
 */
export function readSweepRows(summary: SweepSummary, { columns, rows }: Table): SweepRows {
  const place = new Map(columns.map(({ name }, index) => [name, index]));
  const columnOf = (name: string | null): Cell[] | null => {
    const index = name === null ? undefined : place.get(name);
    return index === undefined ? null : rows.map((row) => row[index] ?? null);
  };
  const isBinned = summary.table === 'cells';
  const lost = columnOf('diverged');
  const failed = columnOf('error') ?? [];
  const checks = columnOf('failed_checks') ?? [];
  const valuesOf = (name: string | null, error: string | null): ValueColumn | null => {
    if (name === null) return null;
    if (isBinned) return binnedColumn(name, columnOf);
    const cells = columnOf(name);
    return cells === null ? null : pointColumn(cells, lost, columnOf(error));
  };
  const axes = summary.axes.flatMap((axis) => {
    const values = columnOf(axis.column);
    if (values === null) return [];
    const all = axisValues(axis, values);
    if (axis.form !== 'row' || isBinned) return [all];
    // A run without numbers has no value of its own on an axis of the scenario; it is shown at the first.
    const placed = values.map((value, row) =>
      value === null && failed[row] != null ? (all.distinct[0] ?? null) : value,
    );
    return [{ ...all, values: placed }];
  });
  const results = summary.results.map(
    (result): ResultValues => ({
      ...result,
      theoryValues: valuesOf(result.theory, null),
      simulationValues: valuesOf(result.simulation, result.error),
    }),
  );
  const counted = (cells: readonly Cell[]) => rows.map((_, row) => countIn(cells[row]));
  return {
    summary,
    count: rows.length,
    axes: axes.filter(({ distinct }) => distinct.length > 1),
    results: results.filter(({ theoryValues, simulationValues }) => hasAny(theoryValues) || hasAny(simulationValues)),
    weights: isBinned ? counted(columnOf('rows') ?? []) : rows.map(() => 1),
    failures: isBinned ? counted(columnOf('errors') ?? []) : rows.map((_, row) => Number(failed[row] != null)),
    doubts: isBinned ? counted(checks) : rows.map((_, row) => Number(checks[row] != null)),
  };
}

function pointColumn(
  cells: readonly Cell[],
  lost: readonly Cell[] | null,
  errors: readonly Cell[] | null,
): ValueColumn {
  const numbers = cells.map(numberIn);
  return {
    moments: numbers.map((value) => (value === null ? NO_MOMENTS : momentsOf(value))),
    diverged: numbers.map((value, row) => Number(value === null && lost?.[row] != null)),
    errors: errors?.map(numberIn) ?? null,
  };
}

function binnedColumn(name: string, columnOf: (name: string) => Cell[] | null): ValueColumn | null {
  const [means, errors, counts] = ['mean', 'stderr', 'count'].map((what) => columnOf(`${name}_${what}`));
  if (means == null || errors == null || counts == null) return null;
  const diverged = columnOf(`${name}_diverged`) ?? [];
  return {
    moments: means.map((mean, row) => momentsFrom(countIn(counts[row]), numberIn(mean), numberIn(errors[row]))),
    diverged: means.map((_, row) => countIn(diverged[row])),
    errors: null,
  };
}

function hasAny(column: ValueColumn | null): boolean {
  return hasNumbers(column) || column?.diverged.some((count) => count > 0) === true;
}

/** A number as a sweep file may have it in quotes. */
const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function axisValues(axis: SweepAxis, written: readonly Cell[]): AxisValues {
  const isQuoted = written.every((value) => typeof value !== 'string' || NUMBER.test(value));
  const values = isQuoted ? written.map((value) => (typeof value === 'string' ? Number(value) : value)) : written;
  const all = [...new Set(values)].filter((value) => value !== null);
  const numbers = all.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
  if (numbers.length < all.length) return { ...axis, kind: 'text', values, distinct: all };
  numbers.sort((a, b) => a - b);
  return { ...axis, kind: scaleOf(axis, numbers), values, distinct: numbers };
}

function scaleOf({ scale }: SweepAxis, sorted: readonly number[]): 'linear' | 'log' {
  const [least, greatest] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  if (!(least > 0)) return 'linear';
  if (scale !== null) return scale;
  const isWide = greatest / least >= LEAST_RATIO && sorted.length > 2;
  return isWide && unevenness(sorted.map(Math.log)) < unevenness(sorted) ? 'log' : 'linear';
}

/** The widest step between neighbours over the average one. */
function unevenness(sorted: readonly number[]): number {
  const steps = sorted.slice(1).map((value, index) => value - sorted[index]!);
  return (Math.max(...steps) * steps.length) / steps.reduce((sum, step) => sum + step, 0);
}

function countIn(cell: Cell | undefined): number {
  return typeof cell === 'number' && cell > 0 && Number.isFinite(cell) ? cell : 0;
}
