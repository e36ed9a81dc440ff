import type { Theme } from '../figures/theme.js';
import { type Levels, levelsOf, placeNotes } from './levels.js';
import { rowsWithin, type SweepChoice, sliceWords } from './sweep-choice.js';
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

/** More panels and series than these are thinned. */
const MOST_PANELS = 9;
export const MOST_SERIES = 8;
/** Values along the x axis; more are put into so many bins. */
const MOST_ACROSS = 40;
const BINS_ACROSS = 24;

/** Reads small multiples: a result along one axis, for each place of two others. */
export function facetData(rows: SweepRows, choice: SweepChoice) {
  const axis = (column: string | null) => rows.axes.find((one) => one.column === column);
  const { result, isSimulated } = resultNamed(rows, choice.result);
  const [xAxis, seriesAxis] = [axis(choice.x), axis(choice.series)];
  const across = placesOf(xAxis, rows, MOST_ACROSS, BINS_ACROSS);
  const panels = placesOf(axis(choice.panel), rows, MOST_PANELS, MOST_PANELS);
  const series = placesOf(seriesAxis, rows, MOST_SERIES, MOST_SERIES);
  const isWithin = rowsWithin(rows, choice);
  const [width, depth] = [across.levels.length, series.levels.length];
  const placeOf = (row: number) => {
    const [x, panel, one] = [across.places[row]!, panels.places[row]!, series.places[row]!];
    return x < 0 || panel < 0 || one < 0 || !isWithin(row) ? -1 : (panel * depth + one) * width + x;
  };
  const count = panels.levels.length * depth * width;
  const theory = gather(rows, result.theoryValues, placeOf, count);
  const simulated = gather(rows, result.simulationValues, placeOf, count);
  const points = simulated.flatMap((one, place) => {
    const [{ moments }, other] = [one, theory[place]!];
    if (one.rows === 0) return [];
    return {
      panel: panels.levels[Math.floor(place / width / depth)]!.label,
      series: series.levels[Math.floor(place / width) % depth]!.label,
      x: across.levels[place % width]!.value,
      theory: other.moments.count === 0 ? null : other.moments.mean,
      simulation: moments.count === 0 ? null : moments.mean,
      error: standardError(moments) ?? one.error,
      /** How many numbers it is the mean of. */
      count: (isSimulated ? moments : other.moments).count,
      // An engine that simulates nothing lacks no numbers.
      mark: markOf(isSimulated || one.diverged > 0 ? one : other),
    };
  });
  const means = points.some(({ error }) => error !== null) ? 'means ± 1 s.e.' : 'means';
  return {
    ...{ choice, result, points },
    xKind: xAxis?.kind ?? ('text' as const),
    panels: panels.levels.map(({ label }) => label),
    series: series.levels.map(({ label }) => label),
    isOrdered: seriesAxis !== undefined && seriesAxis.kind !== 'text',
    notes: [
      ...sliceWords(rows, choice),
      ...placeNotes([across, panels, series]),
      ...(points.some((point) => point.count > 1) ? [means] : []),
    ],
  };
}

export type FacetData = ReturnType<typeof facetData>;

/** One place for everything where there is no axis. */
function placesOf(axis: AxisValues | undefined, { count }: SweepRows, most: number, bins: number): Levels {
  if (axis !== undefined) return levelsOf(axis, axis.kind !== 'text' && axis.distinct.length > most ? bins : most);
  const levels = [{ label: '', value: '', low: null, high: null }];
  return { column: '', levels, isBinned: false, leftOut: 0, places: new Int32Array(count) };
}

/** Room for the axis left of the panels, and between them. */
const [LEFT, BETWEEN] = [58, 20];

/**
 * Facets as a Vega-Lite specification: a panel for each place of one axis, theory as lines, simulation as points with one standard
 * error as a band, what has no number as a mark at the upper edge. The rows are the dataset `facets`.
 */
export function facetSpec(data: FacetData, style: SweepStyle, background: string): Spec {
  const { theme, columns } = style;
  const { choice, panels, xKind } = data;
  const across = Math.min(panels.length, panels.length === 4 ? 2 : 3);
  const width = Math.floor((style.width - LEFT - BETWEEN * (across - 1)) / across);
  const height = Math.max(90, Math.min(Math.round(width * (across === 1 ? 0.56 : 0.8)), 360));
  const yKind = choice.isLog ? 'log' : 'linear';
  const rows = rowsOf(data);
  const marks = marksAmong(data.points);
  const x = {
    field: 'x',
    title: choice.x === null ? null : columnTitle(choice.x, columns),
    ...(xKind === 'text'
      ? { type: 'ordinal', sort: null, axis: { labelAngle: 0, labelLimit: 90 } }
      : {
          type: 'quantitative',
          scale: scaleSpec(xKind, { nice: false, padding: 8 }),
          axis: numberAxis(xKind, { grid: false, tickCount: 4 }),
        }),
  };
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    title: resultTitle(data.result, columns),
    scale: scaleSpec(yKind, { nice: true }),
    axis: numberAxis(yKind, { tickCount: 4 }),
  });
  const color = colourOf(data, theme, columns);
  const on = (field: string) => [
    { filter: `isValid(datum.${field})` },
    ...(choice.isLog ? [{ filter: `datum.${field} > 0` }] : []),
  ];
  const has = (field: 'low' | 'theory' | 'simulation') => rows.some((row) => row[field] !== null);
  const layers = [
    has('low') && {
      name: 'bands',
      transform: [...on('low'), ...on('high')],
      // A single place between two that are missing has a bar where a band would vanish.
      mark: xKind === 'text' ? { type: 'rule', strokeWidth: 2 } : { type: 'area', opacity: 0.28 },
      encoding: { x, y: y('low'), y2: { field: 'high' }, color },
    },
    has('theory') && {
      name: 'theory',
      transform: on('theory'),
      mark: { type: 'line', strokeWidth: 1.4, ...(xKind === 'text' ? { point: true } : {}) },
      encoding: { x, y: y('theory'), color, order: { field: 'order' } },
    },
    has('simulation') && {
      name: 'simulation',
      transform: on('simulation'),
      mark: { type: 'point', filled: true, size: 16, opacity: 1 },
      encoding: { x, y: y('simulation'), color },
    },
    marks.length > 0 && markLayer(marks, theme, 70, { x, y: { value: 6 } }),
  ].filter((layer) => layer !== false);
  return {
    ...sweepFrame(style, background),
    description: facetWords(data),
    datasets: { facets: rows },
    data: { name: 'facets' },
    facet: {
      field: 'panel',
      type: 'nominal',
      sort: panels,
      title: null,
      header: { labelColor: theme.ink, labelFontSize: style.size, labelLimit: width, labelPadding: 4 },
    },
    columns: across,
    spacing: { column: BETWEEN, row: 14 },
    spec: {
      width,
      height,
      // An invisible layer keeps places that have nothing but a mark on the axis.
      layer: layers.length > 0 ? layers : [{ mark: { type: 'point', opacity: 0 }, encoding: { x } }],
    },
  };
}

export function facetWords({ choice, panels, series }: FacetData): string {
  const over = choice.x === null ? '' : ` against ${choice.x}`;
  const each = choice.panel === null ? '' : `, a panel for each of ${panels.length} values of ${choice.panel}`;
  const colours = choice.series === null ? '' : `, a colour for each of ${series.length} values of ${choice.series}`;
  return `${choice.result}${over}${each}${colours}.`;
}

export function rowsOf({ points, choice }: FacetData) {
  return points.map(({ panel, series, x, theory, simulation, error, count, mark }, order) => ({
    panel: choice.panel === null ? '' : `${choice.panel} = ${panel}`,
    ...{ series, x, theory, simulation },
    low: simulation === null || error === null ? null : simulation - error,
    high: simulation === null || error === null ? null : simulation + error,
    count,
    mark: mark === null ? null : MARK_WORDS[mark],
    order,
  }));
}

function colourOf(data: FacetData, theme: Theme, columns: SweepStyle['columns']): Spec {
  const { series, choice, isOrdered } = data;
  if (series.length < 2 || choice.series === null) return { value: theme.categories(1)[0] };
  return {
    field: 'series',
    type: 'nominal',
    scale: { domain: series, range: isOrdered ? theme.ordered(series.length) : theme.categories(series.length) },
    legend: {
      ...{ title: columnTitle(choice.series, columns), columns: 3 },
      ...{ symbolType: 'square', symbolOpacity: 1, symbolStrokeWidth: 0, symbolSize: 90 },
    },
  };
}
