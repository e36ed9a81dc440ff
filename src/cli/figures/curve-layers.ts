import type { CurveFigure } from '../../sim/scenario/figure.js';
import { type CurveData, SERIES_FIELD } from './curve-data.js';
import { type AxisRange, axisRange } from './figure-axis.js';
import { markKey } from './mark-key.js';
import { pointSize, seriesColour } from './series-colour.js';
import { type FigureStyle, positionAxis, type Spec } from './spec-parts.js';

/** What the layers of one figure share. */
interface LayerContext {
  readonly figure: CurveFigure;
  readonly data: CurveData;
  readonly style: FigureStyle;
  readonly isPage: boolean;
  readonly yRange: AxisRange;
  readonly x: Spec;
  readonly color: Spec;
  y(field: string): Spec;
  /** Leaves the rows that can be drawn: not hidden, with a value, on the axes. */
  shown(field: string): Spec[];
}

/** The layers of a figure of curves, the lowest first. */
export function curveLayers(figure: CurveFigure, data: CurveData, style: FigureStyle): Spec[] {
  const context = layerContext(figure, data, style);
  return [
    ...(data.hasErrors ? [errorBars(context)] : []),
    ...(data.hasSimulation ? [points(context)] : []),
    ...(data.hasTheory ? [lines(context)] : []),
    ...(data.inflections.length > 0 ? inflections(context) : []),
    ...(context.isPage ? [] : markKey(data, style.theme)),
  ];
}

function layerContext(figure: CurveFigure, data: CurveData, style: FigureStyle): LayerContext {
  const { x, y } = figure;
  const isPage = style.medium === 'page';
  const heights = data.rows.flatMap((row) => heightsOf(figure, row));
  const places = data.rows.map((row) => row[x.column]);
  const xRange = axisRange(x.scale, places);
  const yRange = axisRange(y.scale, [...heights, ...data.inflections.map(({ inflection }) => inflection)]);
  const upColumn = data.column(y.theory ?? y.simulation ?? '');
  const across = positionAxis('x', xRange, x.label, data.column(x.column), style);
  const up = positionAxis('y', yRange, y.label, upColumn, style);
  return {
    figure,
    data,
    style,
    isPage,
    yRange,
    x: { field: x.column, type: 'quantitative', ...across },
    y: (field) => ({ field, type: 'quantitative', ...up }),
    color: seriesColour(figure, data, style),
    shown: (field) => [
      ...(isPage ? [{ filter: `indexof(hidden, ${cell(SERIES_FIELD)}) < 0` }] : []),
      { filter: `isValid(${cell(field)})` },
      ...(y.scale === 'log' ? [{ filter: `${cell(field)} > 0` }] : []),
      ...(x.scale === 'log' ? [{ filter: `${cell(x.column)} > 0` }] : []),
    ],
  };
}

/** A field of a row in an expression of Vega. */
function cell(field: string): string {
  return `datum[${JSON.stringify(field)}]`;
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

/** Bars of one standard error. One that reaches zero or below goes through the floor of a log axis, which has no zero. */
function errorBars({ figure, x, y, color, shown, yRange }: LayerContext): Spec {
  const [middle, error] = [cell(figure.y.simulation!), cell(figure.y.error!)];
  const low = `${middle} - ${error}`;
  return {
    name: 'errors',
    data: { name: 'curve' },
    transform: [
      ...shown(figure.y.simulation!),
      { filter: `isValid(${error})` },
      { calculate: figure.y.scale === 'log' ? `max(${low}, ${yRange.from / 1e3})` : low, as: '_low' },
      { calculate: `${middle} + ${error}`, as: '_high' },
    ],
    mark: { type: 'rule', clip: true, strokeWidth: 0.9, opacity: 0.75 },
    encoding: { x, y: y('_low'), y2: { field: '_high' }, color },
  };
}

function points({ figure, data, isPage, x, y, color, shown }: LayerContext): Spec {
  return {
    name: 'simulation',
    data: { name: 'curve' },
    transform: shown(figure.y.simulation!),
    mark: { type: 'point', filled: true, size: pointSize(data, isPage), opacity: 1, clip: isPage },
    encoding: { x, y: y(figure.y.simulation!), color },
  };
}

function lines({ figure, data, style, isPage, x, y, color, shown }: LayerContext): Spec {
  const shared = {
    color: { value: style.theme.ink },
    detail: { field: SERIES_FIELD, type: 'nominal' },
  };
  return {
    name: 'theory',
    data: { name: 'curve' },
    transform: shown(figure.y.theory!),
    mark: { type: 'line', strokeWidth: isPage ? 1.8 : 1.2, clip: isPage },
    encoding: {
      x,
      y: y(figure.y.theory!),
      ...(data.isTheoryShared ? shared : { color }),
      order: { field: figure.x.column, type: 'quantitative' },
    },
  };
}

function inflections({ style, isPage, yRange, x, y, color, shown }: LayerContext): Spec[] {
  const common = { data: { name: 'inflection' }, transform: shown('inflection') };
  return [
    {
      ...common,
      mark: { type: 'rule', strokeDash: [2, 2], strokeWidth: 0.8, opacity: 0.9, clip: true },
      encoding: { x, y: y('inflection'), y2: { datum: yRange.from }, color },
    },
    {
      ...common,
      name: 'inflections',
      mark: {
        type: 'point',
        shape: 'diamond',
        filled: true,
        size: isPage ? 110 : 55,
        opacity: 1,
        stroke: style.theme.background,
        strokeWidth: 0.6,
        clip: isPage,
      },
      encoding: { x, y: y('inflection'), color },
    },
  ];
}
