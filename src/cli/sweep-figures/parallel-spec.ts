import { symbolText } from '../figures/figure-axis.js';
import { type ParallelData, parallelWords, valueAt } from './parallel-data.js';
import { MARK_WORDS, type Spec, type SweepStyle, sweepFrame } from './sweep-style.js';

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
    const places =
      axis.kind === 'text' ? axis.ends.map((_, at) => at / Math.max(1, axis.ends.length - 1)) : [0, 1];
    return places.map((height) => ({ axis: names[index]!, height, text: valueAt(axis, height) }));
  });
  const x = {
    field: 'axis',
    type: 'ordinal',
    sort: names,
    title: null,
    scale: { padding: 0.5 },
    axis: {
      labelAngle: 0,
      orient: 'top',
      domain: false,
      ticks: false,
      labelLimit: 110,
      labelOverlap: false,
      labelPadding: 6,
    },
  };
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    axis: null,
    scale: { domain: [BELOW, 1.06], nice: false },
  });
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
        mark: {
          type: 'text',
          align: 'left',
          dx: 4,
          stroke: theme.background,
          strokeWidth: 3,
          fontSize: style.size - 1,
        },
        encoding: { x, y: y('height'), text: { field: 'text' } },
      },
      {
        name: 'ends',
        data: { name: 'ends' },
        mark: { type: 'text', align: 'left', dx: 4, color: theme.ink, fontSize: style.size - 1 },
        encoding: { x, y: y('height'), text: { field: 'text' } },
      },
      ...(lacking.length === 0
        ? []
        : [
            {
              name: 'lacking',
              data: {
                values: [
                  {
                    axis: names.at(-1),
                    height: BELOW,
                    text: lacking.map((mark) => MARK_WORDS[mark]).join(', '),
                  },
                ],
              },
              mark: {
                type: 'text',
                align: 'right',
                dx: -4,
                dy: -5,
                color: theme.ink,
                fontSize: style.size - 1,
              },
              encoding: { x, y: y('height'), text: { field: 'text' } },
            },
          ]),
    ],
  };
}

function evenly(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  return Array.from({ length: most }, (_, index) => Math.floor(((index + 0.5) * count) / most));
}
