import type { Theme } from '../figures/theme.js';
import type { FacetData } from './facet-data.js';
import {
  columnTitle,
  MARK_WORDS,
  markShape,
  marksAmong,
  resultTitle,
  type Spec,
  type SweepStyle,
  scaleSpec,
  sweepFrame,
} from './sweep-style.js';

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
  const isLog = choice.isLog;
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
          axis: { grid: false, tickCount: 4, ...(xKind === 'log' ? { format: '.3~g' } : {}) },
        }),
  };
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    title: resultTitle(data.result, columns),
    scale: scaleSpec(isLog ? 'log' : 'linear', { nice: true }),
    axis: { tickCount: 4, ...(isLog ? { format: '.3~g' } : {}) },
  });
  const color = colourOf(data, theme, columns);
  const on = (field: string) => [
    { filter: `isValid(datum.${field})` },
    ...(isLog ? [{ filter: `datum.${field} > 0` }] : []),
  ];
  const layers = [
    ...(rows.some(({ low }) => low !== null)
      ? [
          {
            name: 'bands',
            transform: [...on('low'), ...on('high')],
            // A single place between two that are missing has a bar where a band would vanish.
            mark: xKind === 'text' ? { type: 'rule', strokeWidth: 2 } : { type: 'area', opacity: 0.28 },
            encoding: { x, y: y('low'), y2: { field: 'high' }, color },
          },
        ]
      : []),
    ...(rows.some(({ theory }) => theory !== null)
      ? [
          {
            name: 'theory',
            transform: on('theory'),
            mark: { type: 'line', strokeWidth: 1.4, ...(xKind === 'text' ? { point: true } : {}) },
            encoding: { x, y: y('theory'), color, order: { field: 'order' } },
          },
        ]
      : []),
    ...(rows.some(({ simulation }) => simulation !== null)
      ? [
          {
            name: 'simulation',
            transform: on('simulation'),
            mark: { type: 'point', filled: true, size: 16, opacity: 1 },
            encoding: { x, y: y('simulation'), color },
          },
        ]
      : []),
    ...(marks.length > 0
      ? [
          {
            name: 'marks',
            transform: [{ filter: 'isValid(datum.mark)' }],
            mark: { type: 'point', filled: false, size: 70, strokeWidth: 1.5, color: theme.ink },
            encoding: { x, y: { value: 6 }, shape: markShape(marks) },
          },
        ]
      : []),
  ];
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

/** What facets show, in words. */
export function facetWords({ choice, panels, series }: FacetData): string {
  const over = choice.x === null ? '' : ` against ${choice.x}`;
  const each =
    choice.panel === null ? '' : `, a panel for each of ${panels.length} values of ${choice.panel}`;
  const colours =
    choice.series === null ? '' : `, a colour for each of ${series.length} values of ${choice.series}`;
  return `${choice.result}${over}${each}${colours}.`;
}

/** The rows as the specification draws them. */
export function rowsOf({ points, choice }: FacetData) {
  return points.map(({ panel, series, x, theory, simulation, error, count, mark }, order) => ({
    panel: choice.panel === null ? '' : `${choice.panel} = ${panel}`,
    series,
    x,
    theory,
    simulation,
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
    scale: {
      domain: series,
      range: isOrdered ? theme.ordered(series.length) : theme.categories(series.length),
    },
    legend: {
      title: columnTitle(choice.series, columns),
      columns: 3,
      symbolType: 'square',
      symbolOpacity: 1,
      symbolStrokeWidth: 0,
      symbolSize: 90,
    },
  };
}
