import type { CurveFigure } from '../../sim/scenario/figure.js';
import type { Table } from '../../sim/scenario/table.js';
import { thinned } from '../output/figure-series.js';
import { type CurveData, curveData, RANK_FIELD, SERIES_FIELD } from './curve-data.js';
import { axisRange, symbolText } from './figure-axis.js';
import { type FigureStyle, frame, legendColumns, PAGE_PARAMETERS, positionAxis, type Spec } from './spec-parts.js';
import { MOST_CATEGORIES, type Theme } from './theme.js';

/** A level line for the legend, as thin as those of the figure. */
export const LINE = 'M-1.5,-0.13H1.5V0.13H-1.5Z';

/** A legend of what lines, points and diamonds mean; it draws nothing itself. */
function markKey(data: CurveData, theme: Theme): Spec[] {
  const entries: [string, string][] = [];
  if (data.hasTheory) entries.push([data.isTheoryShared ? 'theory, alike for all' : 'theory', LINE]);
  if (data.hasSimulation) entries.push([data.hasErrors ? 'simulation ± 1 s.e.' : 'simulation', 'circle']);
  if (data.inflections.length > 0) entries.push(['inflection', 'diamond']);
  return entries.length === 0 ? [] : [keyLayer(entries, theme)];
}

/** A layer without marks that brings a legend of shapes: labels with the shape of each. */
export function keyLayer(entries: readonly (readonly [string, string])[], theme: Theme): Spec {
  const labels = entries.map(([label]) => label);
  return {
    data: { values: [{ _key: labels[0] }] },
    mark: { type: 'point', filled: true, color: theme.faint, opacity: 0 },
    encoding: {
      shape: {
        field: '_key',
        type: 'nominal',
        scale: { domain: labels, range: entries.map(([, shape]) => shape) },
        legend: {
          title: null,
          columns: legendColumns('', labels),
          symbolStrokeWidth: 0,
          symbolOpacity: 1,
          symbolSize: 45,
        },
      },
    },
  };
}

export function seriesTitle(figure: CurveFigure): string {
  return symbolText(figure.seriesLabel ?? figure.series ?? '');
}

export function seriesColours(data: CurveData, theme: Theme): readonly string[] {
  return data.isOrdered ? theme.ordered(data.series.length) : theme.categories(data.series.length);
}

export function isSingle(data: CurveData): boolean {
  return data.series.length === 0 || (data.series.length === 1 && data.series[0] === '');
}

/** The colour of a mark by its series; the legend names at most {@link MOST_CATEGORIES} of them. */
function seriesColour(figure: CurveFigure, data: CurveData, { theme, medium }: FigureStyle): Spec {
  if (isSingle(data)) return { value: theme.categories(1)[0] };
  const title = seriesTitle(figure);
  const labels = thinned(data.series, MOST_CATEGORIES);
  const legend = {
    title,
    values: labels,
    columns: legendColumns(title, labels),
    symbolType: 'square',
    symbolOpacity: 1,
    symbolStrokeWidth: 0,
    symbolSize: 100,
    labelLimit: 250,
  };
  return {
    field: SERIES_FIELD,
    type: 'nominal',
    scale: { domain: data.series, range: seriesColours(data, theme) },
    legend: medium === 'page' ? null : legend,
  };
}

/**
 * The size of a point. Points of series that have no order often fall on one another: the first are the largest, so that
 * all are seen.
 */
function pointSize(data: CurveData, isPage: boolean): unknown {
  if (data.isOrdered || isSingle(data)) return isPage ? 26 : 9;
  const least = isPage ? 14 : 9;
  const last = data.series.length - 1;
  return { expr: `${least} * pow(1 + 0.35 * (${last} - datum[${JSON.stringify(RANK_FIELD)}]), 2)` };
}

/** The layers of a figure of curves, the lowest first. */
function curveLayers(figure: CurveFigure, data: CurveData, style: FigureStyle): Spec[] {
  const isPage = style.medium === 'page';
  const cell = (field: string) => `datum[${JSON.stringify(field)}]`;
  const heights = data.rows.flatMap((row) => heightsOf(figure, row));
  const places = data.rows.map((row) => row[figure.x.column]);
  const xRange = axisRange(figure.x.scale, places);
  const yRange = axisRange(figure.y.scale, [...heights, ...data.inflections.map(({ inflection }) => inflection)]);
  const { theory = '', simulation = '', error: errorColumn = '', scale } = figure.y;
  const upColumn = data.column(figure.y.theory ?? simulation);
  const across = positionAxis('x', xRange, figure.x.label, data.column(figure.x.column), style);
  const up = positionAxis('y', yRange, figure.y.label, upColumn, style);
  const x = { field: figure.x.column, type: 'quantitative', ...across };
  const y = (field: string) => ({ field, type: 'quantitative', ...up });
  const color = seriesColour(figure, data, style);
  /** Leaves the rows that can be drawn: not hidden, with a value, on the axes. */
  const shown = (field: string) => [
    ...(isPage ? [{ filter: `indexof(hidden, ${cell(SERIES_FIELD)}) < 0` }] : []),
    { filter: `isValid(${cell(field)})` },
    ...(scale === 'log' ? [{ filter: `${cell(field)} > 0` }] : []),
    ...(figure.x.scale === 'log' ? [{ filter: `${cell(figure.x.column)} > 0` }] : []),
  ];
  const low = `${cell(simulation)} - ${cell(errorColumn)}`;
  const shared = { color: { value: style.theme.ink }, detail: { field: SERIES_FIELD, type: 'nominal' } };
  const turns = { data: { name: 'inflection' }, transform: shown('inflection') };
  const hasTurns = data.inflections.length > 0;
  const layers = [
    data.hasErrors && {
      name: 'errors',
      data: { name: 'curve' },
      transform: [
        ...shown(simulation),
        { filter: `isValid(${cell(errorColumn)})` },
        // A bar that reaches zero or below goes through the floor of a log axis, which has no zero.
        { calculate: scale === 'log' ? `max(${low}, ${yRange.from / 1e3})` : low, as: '_low' },
        { calculate: `${cell(simulation)} + ${cell(errorColumn)}`, as: '_high' },
      ],
      mark: { type: 'rule', clip: true, strokeWidth: 0.9, opacity: 0.75 },
      encoding: { x, y: y('_low'), y2: { field: '_high' }, color },
    },
    data.hasSimulation && {
      name: 'simulation',
      data: { name: 'curve' },
      transform: shown(simulation),
      mark: { type: 'point', filled: true, size: pointSize(data, isPage), opacity: 1, clip: isPage },
      encoding: { x, y: y(simulation), color },
    },
    data.hasTheory && {
      name: 'theory',
      data: { name: 'curve' },
      transform: shown(theory),
      mark: { type: 'line', strokeWidth: isPage ? 1.8 : 1.2, clip: isPage },
      encoding: {
        ...{ x, y: y(theory), ...(data.isTheoryShared ? shared : { color }) },
        order: { field: figure.x.column, type: 'quantitative' },
      },
    },
    hasTurns && {
      ...turns,
      mark: { type: 'rule', strokeDash: [2, 2], strokeWidth: 0.8, opacity: 0.9, clip: true },
      encoding: { x, y: y('inflection'), y2: { datum: yRange.from }, color },
    },
    hasTurns && {
      ...turns,
      name: 'inflections',
      mark: {
        ...{ type: 'point', shape: 'diamond', filled: true, size: isPage ? 110 : 55, opacity: 1 },
        ...{ stroke: style.theme.background, strokeWidth: 0.6, clip: isPage },
      },
      encoding: { x, y: y('inflection'), color },
    },
  ];
  return [...layers.filter((layer) => layer !== false), ...(isPage ? [] : markKey(data, style.theme))];
}

/** What the y axis has to show: values, and as much of their error bars as a log axis can. */
function heightsOf({ y }: CurveFigure, row: Readonly<Record<string, unknown>>): unknown[] {
  const at = (name: string | undefined) => (name === undefined ? null : row[name]);
  const [theory, simulation, error] = [at(y.theory), at(y.simulation), at(y.error)];
  if (typeof simulation !== 'number' || typeof error !== 'number') return [theory, simulation];
  const low = simulation - error;
  const isReadable = y.scale === 'linear' || low > simulation / 10;
  return [theory, simulation, simulation + error, ...(isReadable ? [low] : [])];
}

/**
 * A figure of curves as a Vega-Lite specification: theory as lines, simulation as points with bars of one standard error,
 * inflections as diamonds with a line down to the axis. The numbers stand in the dataset `curve` under the names of their
 * columns, the inflections in `inflection`.
 */
export function curveSpec(figure: CurveFigure, tables: Readonly<Record<string, Table>>, style: FigureStyle): Spec {
  const data = curveData(figure, tables);
  return {
    ...frame(style, symbolText(data.title), data.notes),
    description: `${symbolText(data.title)}: ${curveWords(figure, data)}`,
    datasets: { curve: data.rows, inflection: data.inflections },
    ...(style.medium === 'page' ? { params: PAGE_PARAMETERS } : {}),
    layer: curveLayers(figure, data, style),
  };
}

/** What is drawn against what, and what lines, points and diamonds mean. */
export function curveWords(figure: CurveFigure, data: CurveData): string {
  const drawn = [
    data.hasTheory ? 'lines are theory' : '',
    data.hasSimulation ? `points are simulation${data.hasErrors ? ' ± 1 standard error' : ''}` : '',
    data.inflections.length > 0 ? 'diamonds mark the inflection' : '',
  ].filter((part) => part !== '');
  const names = data.series.filter((name) => name !== '');
  const series = names.length === 0 ? '' : ` One series for each ${seriesTitle(figure)}: ${names.join(', ')}.`;
  return `${figure.y.label} against ${figure.x.label}; ${drawn.join(', ') || 'no values'}.${series}`;
}
