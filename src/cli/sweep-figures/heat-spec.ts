import { shadeLegend } from '../figures/figure-config.js';
import { type Level, type Levels, levelsOf, placeNotes } from './levels.js';
import { completed, rowsWithin, type SweepChoice, sliceWords } from './sweep-choice.js';
import { type AxisValues, gather, markOf, resultNamed, type SweepRows, standardError } from './sweep-rows.js';
import {
  columnTitle,
  MARK_WORDS,
  markLayer,
  marksAmong,
  numberAxis,
  resultTitle,
  type Spec,
  type SweepStyle,
  scaleSpec,
  sweepFrame,
} from './sweep-style.js';

/** Values along an axis of a map; more are put into bins. */
const MOST_PLACES = 60;
const [FEWEST_BINS, MOST_BINS] = [4, 40];
const ROWS_IN_BIN = 4;

/**
 * Reads what a heat map draws: the `x` and `panel` axes of a choice. Its `series` is cut as other axes are.
 *
 * @returns null for a sweep with fewer than two axes; otherwise every cell of the map, empty ones included, row by row from the least y
 */
export function heatData(rows: SweepRows, facets: SweepChoice) {
  const { slices, isLog } = facets;
  const apart = completed(rows, { ...facets, series: null });
  const choice = { ...apart, slices: { ...apart.slices, ...slices }, isLog };
  const axis = (column: string | null) => rows.axes.find((one) => one.column === column);
  const [x, y] = [axis(choice.x), axis(choice.panel)];
  const { result, isSimulated, column } = resultNamed(rows, choice.result);
  if (x === undefined || y === undefined || x === y) return null;
  const [across, up] = [placesOf(x, rows), placesOf(y, rows)];
  const isWithin = rowsWithin(rows, choice);
  const width = across.levels.length;
  const gathered = gather(
    rows,
    column,
    (row) => {
      const [left, height] = [across.places[row]!, up.places[row]!];
      return left < 0 || height < 0 || !isWithin(row) ? -1 : height * width + left;
    },
    width * up.levels.length,
  );
  const cells = gathered.map((one, place) => {
    const { count, mean } = one.moments;
    return {
      x: across.levels[place % width]!,
      y: up.levels[Math.floor(place / width)]!,
      rows: one.rows,
      count,
      value: count === 0 ? null : mean,
      error: standardError(one.moments),
      mark: markOf(one),
    };
  });
  const empty = cells.filter((cell) => cell.rows === 0).length;
  return {
    ...{ choice, result, isSimulated, x, y, xLevels: across.levels, yLevels: up.levels, cells },
    notes: [
      ...sliceWords(rows, choice),
      ...placeNotes([across, up]),
      ...(cells.some(({ count }) => count > 1) ? ['cells are means'] : []),
      ...(empty === 0 ? [] : [`${empty} of ${cells.length} cells are empty`]),
    ],
  };
}

/** A result over two axes. */
export type HeatData = NonNullable<ReturnType<typeof heatData>>;

function placesOf(axis: AxisValues, { count }: SweepRows): Levels {
  if (axis.kind === 'text' || axis.distinct.length <= MOST_PLACES) return levelsOf(axis, MOST_PLACES);
  const fitting = Math.round(Math.sqrt(count / ROWS_IN_BIN));
  return levelsOf(axis, Math.max(FEWEST_BINS, Math.min(MOST_BINS, fitting)));
}

/** Width that is taken by the axis beside the cells. */
const LEFT = 62;

/**
 * A heat map as a Vega-Lite specification: shaded cells, empty ones as outlines, and a mark in each that diverged, has no number or a
 * failed check. The rows are the dataset `heat`.
 */
export function heatSpec(data: HeatData, style: SweepStyle, background: string): Spec {
  const { theme, columns } = style;
  const width = style.width - LEFT;
  const rows = heatRows(data);
  const marks = marksAmong(data.cells);
  const isLog = data.choice.isLog;
  const x = placed('x', data.x, data.xLevels, columns);
  const y = placed('y', data.y, data.yLevels, columns);
  const shade = resultTitle(data.result, columns);
  const kind =
    data.result.theory === null || data.result.simulation === null
      ? ''
      : data.isSimulated
        ? ', simulation'
        : ', theory';
  const isShaded = isLog ? 'isValid(datum.value) && datum.value > 0' : 'isValid(datum.value)';
  return {
    ...sweepFrame(style, background),
    width,
    height: Math.min(Math.round(width * 0.68), 440),
    description: heatWords(data),
    datasets: { heat: rows },
    data: { name: 'heat' },
    layer: [
      {
        name: 'empty',
        transform: [{ filter: `!(${isShaded})` }],
        mark: { type: 'rect', fill: 'transparent', stroke: theme.faint, strokeWidth: 0.6, strokeDash: [2, 2] },
        encoding: { ...x.cell, ...y.cell },
      },
      {
        name: 'cells',
        transform: [{ filter: isShaded }],
        mark: {
          type: 'rect',
          strokeWidth: 0.6,
          // Neighbouring cells would otherwise let the background through between them.
          stroke: { expr: "scale('fill', datum.value)" },
        },
        encoding: {
          ...x.cell,
          ...y.cell,
          fill: {
            field: 'value',
            type: 'quantitative',
            scale: scaleSpec(isLog ? 'log' : 'linear', { range: theme.shades, nice: false }),
            legend: shadeLegend(`${shade}${kind}`, '.3~g'),
          },
        },
      },
      ...(marks.length === 0
        ? []
        : [
            // A mark is seen on every shade by what lies under it.
            {
              name: 'casing',
              transform: [{ filter: 'isValid(datum.mark)' }],
              mark: { type: 'circle', size: 150, opacity: 1, fillOpacity: 0.9, color: theme.background },
              encoding: { ...x.middle, ...y.middle },
            },
            markLayer(marks, theme, 80, { ...x.middle, ...y.middle }),
          ]),
    ],
  };
}

export function heatWords({ choice, x, y, cells }: HeatData): string {
  const empty = cells.filter(({ rows }) => rows === 0).length;
  const lacking = empty === 0 ? '' : `; ${empty} of ${cells.length} cells are empty`;
  return `${choice.result} over ${x.column} and ${y.column}${lacking}.`;
}

export function heatRows({ cells }: HeatData) {
  return cells.map(({ x, y, rows, count, value, error, mark }) => ({
    ...{ x: x.value, x_low: x.low, x_high: x.high, x_label: x.label },
    ...{ y: y.value, y_low: y.low, y_high: y.high, y_label: y.label },
    ...{ rows, count, value, error },
    mark: mark === null ? null : MARK_WORDS[mark],
  }));
}

/** How an axis of cells is drawn: numbers at their edges, texts side by side. */
function placed(
  axis: 'x' | 'y',
  { kind, column }: AxisValues,
  levels: readonly Level[],
  columns: SweepStyle['columns'],
): { readonly cell: Spec; readonly middle: Spec } {
  const title = columnTitle(column, columns);
  if (kind === 'text') {
    const sort = levels.map(({ label }) => label);
    const one = {
      field: `${axis}_label`,
      type: 'ordinal',
      sort: axis === 'y' ? [...sort].reverse() : sort,
      title,
      scale: { paddingInner: 0, paddingOuter: 0 },
      axis: { labelLimit: 90, ...(axis === 'x' ? { labelAngle: 0 } : {}) },
    };
    return { cell: { [axis]: one }, middle: { [axis]: one } };
  }
  const scale = scaleSpec(kind, { domain: [levels[0]!.low, levels.at(-1)!.high], nice: false });
  const shared = { type: 'quantitative', scale, title, axis: numberAxis(kind, { grid: false, tickCount: 6 }) };
  return {
    cell: { [axis]: { field: `${axis}_low`, ...shared }, [`${axis}2`]: { field: `${axis}_high` } },
    middle: { [axis]: { field: axis, ...shared } },
  };
}
