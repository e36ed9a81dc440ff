import type { Cell } from '../../sim/scenario/table.js';
import { symbolText } from '../figures/figure-axis.js';
import { readableNumber } from '../output/text-table.js';
import { independentAxes } from './sweep-choice.js';
import { type AxisValues, type Mark, resultNamed, type SweepRows } from './sweep-rows.js';
import { MARK_WORDS, type Spec, type SweepStyle, sweepFrame } from './sweep-style.js';

export interface ParallelAxis {
  readonly column: string;
  readonly kind: AxisValues['kind'];
  /** Its ends, or its texts from the lowest to the highest. */
  readonly ends: readonly Cell[];
  /** Height of each line on it: 0 at the bottom to 1 at the top; NaN where the line has no number. */
  readonly heights: Float64Array;
}

/**
 * Reads what parallel coordinates draw: every axis of a sweep that does not follow from another, the result as the last, one line for
 * each row, and why a line has no number on the last axis, or what is wrong with it.
 *
 * @param isLog whether the result has a logarithmic axis
 */
export function parallelData(rows: SweepRows, name: string, isLog: boolean) {
  const { result, isSimulated, column } = resultNamed(rows, name);
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
  const numbers = [...new Set(values)].filter((value) => value !== null);
  return {
    axes: [
      ...rows.axes.filter((axis) => free.includes(axis)).map(parallelAxis),
      parallelAxis({ column: label, kind: isLog ? 'log' : 'linear', values, distinct: numbers.sort((a, b) => a - b) }),
    ],
    count: rows.count,
    marks,
    isSimulated,
  };
}

export type ParallelData = ReturnType<typeof parallelData>;

function parallelAxis({
  column,
  kind,
  values,
  distinct,
}: Pick<AxisValues, 'column' | 'kind' | 'values' | 'distinct'>): ParallelAxis {
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

export function valueAt({ kind, ends }: ParallelAxis, height: number): string {
  if (kind === 'text') return String(ends[Math.round(height * Math.max(1, ends.length - 1))] ?? '');
  const [least, greatest] = ends as readonly number[];
  const value =
    kind === 'log'
      ? Math.exp(Math.log(least!) + height * (Math.log(greatest!) - Math.log(least!)))
      : least! + height * (greatest! - least!);
  return readableNumber(value, 3);
}

export function parallelWords({ axes, count }: ParallelData): string {
  const names = axes.map(({ column }) => column);
  return `${count} lines over ${names.slice(0, -1).join(', ')} and ${names.at(-1)}.`;
}

/** Lines in print; of more, so many that are evenly spread over the sweep. */
const MOST_LINES = 240;
/** Below the axis of the result, where lines without a number end. */
export const BELOW = -0.14;
const HEIGHT = 190;

/**
 * Parallel coordinates as a Vega-Lite specification: an axis for each parameter and the result, a line for each run, coloured by the
 * result; lines without a number end under its axis. Of more than {@link MOST_LINES} lines some are drawn, which the notes say.
 */
export function parallelSpec(data: ParallelData, style: SweepStyle, background: string): Spec {
  const { theme } = style;
  const { axes, count, marks } = data;
  const result = axes.at(-1)!;
  const drawn = evenly(count, MOST_LINES);
  const names = axes.map(({ column }) => symbolText(column));
  const lines = drawn.flatMap((row) => {
    const value = result.heights[row]!;
    return axes.map(({ heights }, index) => {
      const height = heights[row]!;
      const isResult = index === axes.length - 1;
      return {
        line: row,
        axis: names[index]!,
        height: Number.isNaN(height) ? (isResult ? BELOW : null) : height,
        value: Number.isNaN(value) ? null : value,
      };
    });
  });
  const lacking = [...new Set(drawn.map((row) => marks[row]!))].filter(
    (mark) => mark !== null && mark !== 'failed check',
  );
  const ends = axes.flatMap((axis, index) => {
    const places = axis.kind === 'text' ? axis.ends.map((_, at) => at / Math.max(1, axis.ends.length - 1)) : [0, 1];
    return places.map((height) => ({ axis: names[index]!, height, text: valueAt(axis, height) }));
  });
  const x = {
    field: 'axis',
    type: 'ordinal',
    sort: names,
    title: null,
    scale: { padding: 0.5 },
    axis: {
      ...{ labelAngle: 0, orient: 'top', domain: false, ticks: false },
      ...{ labelLimit: 110, labelOverlap: false, labelPadding: 6 },
    },
  };
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    axis: null,
    scale: { domain: [BELOW, 1.06], nice: false },
  });
  const label = { type: 'text', align: 'left', dx: 4 };
  const isShort = drawn.length < count;
  const notes = isShort ? [...style.notes, `${drawn.length} of ${count} lines`] : style.notes;
  return {
    ...sweepFrame({ ...style, notes }, background),
    width: style.width,
    height: HEIGHT,
    description: parallelWords(data),
    datasets: { lines, ends },
    layer: [
      {
        name: 'lines',
        data: { name: 'lines' },
        transform: [{ filter: 'isValid(datum.height)' }],
        mark: { type: 'line', strokeWidth: 0.8, opacity: 1, strokeOpacity: 0.6 },
        encoding: {
          x,
          y: y('height'),
          detail: { field: 'line' },
          color: {
            condition: {
              test: 'isValid(datum.value)',
              field: 'value',
              type: 'quantitative',
              scale: { range: theme.shades, domain: [0, 1] },
              legend: null,
            },
            value: theme.faint,
          },
        },
      },
      {
        name: 'axes',
        data: { values: names.map((axis) => ({ axis, from: 0, to: 1 })) },
        mark: { type: 'rule', stroke: theme.ink, strokeWidth: 1 },
        encoding: { x, y: y('from'), y2: { field: 'to' } },
      },
      {
        name: 'casing',
        data: { name: 'ends' },
        mark: { ...label, stroke: theme.background, strokeWidth: 3, fontSize: style.size - 1 },
        encoding: { x, y: y('height'), text: { field: 'text' } },
      },
      {
        name: 'ends',
        data: { name: 'ends' },
        mark: { ...label, color: theme.ink, fontSize: style.size - 1 },
        encoding: { x, y: y('height'), text: { field: 'text' } },
      },
      lacking.length > 0 && {
        name: 'lacking',
        data: {
          values: [{ axis: names.at(-1), height: BELOW, text: lacking.map((mark) => MARK_WORDS[mark]).join(', ') }],
        },
        mark: { type: 'text', align: 'right', dx: -4, dy: -5, color: theme.ink, fontSize: style.size - 1 },
        encoding: { x, y: y('height'), text: { field: 'text' } },
      },
    ].filter((layer) => layer !== false),
  };
}

function evenly(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  return Array.from({ length: most }, (_, index) => Math.floor(((index + 0.5) * count) / most));
}
