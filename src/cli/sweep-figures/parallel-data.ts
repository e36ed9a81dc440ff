import type { Cell } from '../../sim/scenario/table.js';
import { readableNumber } from '../output/number-text.js';
import type { Mark } from './gathered.js';
import { independentAxes } from './sweep-choice.js';
import type { AxisValues, SweepRows } from './sweep-rows.js';

/** An axis of parallel coordinates. */
export interface ParallelAxis {
  readonly column: string;
  readonly kind: AxisValues['kind'];
  /** Its ends, or its texts from the lowest to the highest. */
  readonly ends: readonly Cell[];
  /** Height of each line on it: 0 at the bottom to 1 at the top; NaN where the line has no number. */
  readonly heights: Float64Array;
}

/** Parallel coordinates: every axis of a sweep that does not follow from another, and a result; one line for each row. */
export interface ParallelData {
  /** The last one is the result. */
  readonly axes: readonly ParallelAxis[];
  readonly count: number;
  /** Why a line has no number on the last axis, or what is wrong with it. */
  readonly marks: readonly (Mark | null)[];
  readonly isSimulated: boolean;
}

/**
 * Reads what parallel coordinates draw.
 *
 * @param isLog whether the result has a logarithmic axis
 */
export function parallelData(rows: SweepRows, name: string, isLog: boolean): ParallelData {
  const result = rows.results.find((one) => one.name === name);
  if (result === undefined) throw new Error(`there is no result ${name}`);
  const isSimulated = result.simulationValues?.moments.some(({ count }) => count > 0) === true;
  const column = isSimulated || result.theoryValues === null ? result.simulationValues : result.theoryValues;
  const values = Array.from({ length: rows.count }, (_, row) => {
    const moments = column?.moments[row];
    return moments === undefined || moments.count === 0 ? null : moments.mean;
  });
  const label = (isSimulated ? result.simulation : result.theory) ?? name;
  const marks = values.map((value, row): Mark | null => {
    if ((column?.diverged[row] ?? 0) > 0) return 'diverged';
    if (rows.failures[row]! > 0) return 'run failed';
    if (value === null) return 'no number';
    return rows.doubts[row]! > 0 ? 'failed check' : null;
  });
  const free = independentAxes(rows);
  return {
    axes: [
      ...rows.axes
        .filter((axis) => free.includes(axis))
        .map(({ column: name_, kind, values: cells, distinct }) =>
          parallelAxis(name_, kind, cells, distinct),
        ),
      parallelAxis(label, isLog ? 'log' : 'linear', values, sortedNumbers(values)),
    ],
    count: rows.count,
    marks,
    isSimulated,
  };
}

function parallelAxis(
  column: string,
  kind: AxisValues['kind'],
  values: readonly Cell[],
  distinct: readonly Cell[],
): ParallelAxis {
  if (kind === 'text') {
    const places = new Map(distinct.map((value, index) => [value, index]));
    const last = Math.max(1, distinct.length - 1);
    const heights = Float64Array.from(values, (value) => (places.get(value) ?? Number.NaN) / last);
    return { column, kind, ends: distinct, heights };
  }
  const shown = (distinct as readonly number[]).filter((value) => kind === 'linear' || value > 0);
  const [least = 0, greatest = 1] = [shown[0], shown.at(-1)];
  const on = (value: number) => (kind === 'log' ? Math.log(value) : value);
  const span = on(greatest) - on(least);
  const heights = Float64Array.from(values, (value) => {
    if (typeof value !== 'number' || !Number.isFinite(on(value))) return Number.NaN;
    return span === 0 ? 0.5 : (on(value) - on(least)) / span;
  });
  return { column, kind, ends: [least, greatest], heights };
}

function sortedNumbers(values: readonly (number | null)[]): number[] {
  return [...new Set(values)].filter((value) => value !== null).sort((a, b) => a - b);
}

/** The value at a height of an axis, for reading. */
export function valueAt({ kind, ends }: ParallelAxis, height: number): string {
  if (kind === 'text') return String(ends[Math.round(height * Math.max(1, ends.length - 1))] ?? '');
  const [least, greatest] = ends as readonly number[];
  const value =
    kind === 'log'
      ? Math.exp(Math.log(least!) + height * (Math.log(greatest!) - Math.log(least!)))
      : least! + height * (greatest! - least!);
  return readableNumber(value, 3);
}

/** What parallel coordinates show, in words. */
export function parallelWords({ axes, count }: ParallelData): string {
  const names = axes.map(({ column }) => column);
  return `${count} lines over ${names.slice(0, -1).join(', ')} and ${names.at(-1)}.`;
}
