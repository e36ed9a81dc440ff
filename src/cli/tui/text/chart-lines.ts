import { isMap } from '../../../sim/scenario/figure.js';
import type { Scenario } from '../../../sim/scenario/scenario.js';
import { drawChart } from '../../output/chart/draw-chart.js';
import type { ChartSeries } from '../../output/chart/plot.js';
import { figureChart, figureMap, MOST_SERIES } from '../../output/figure-series.js';
import { drawMap } from '../../output/map/draw-map.js';
import type { WindowSize } from '../state/app-state.js';
import { type Run, resultsOf } from '../state/run.js';
import type { Display } from './styled-line.js';

export interface ChartSource {
  readonly scenario: Scenario;
  /** Position among the figures of the scenario. */
  readonly figure: number;
  readonly shown: Run | null;
  /** Lies under the run shown. */
  readonly pinned: Run | null;
}

const NO_AXIS = { label: '', scale: 'linear' } as const;
const EMPTY = { x: NO_AXIS, y: NO_AXIS, series: [], key: { line: '', points: '', marks: '' } };

/** The figure of a run, as `overtrain run` draws it, with the pinned run's curves as lines of their own. */
export function chartLines(
  { scenario, figure: position, shown, pinned }: ChartSource,
  { columns, rows }: WindowSize,
  display: Display,
): readonly string[] {
  const figure = scenario.figures[position];
  if (figure === undefined) return [];
  const options = { ...display, width: columns, height: rows };
  if (shown === null) return drawChart({ ...EMPTY, title: figure.title }, options);
  const { tables } = resultsOf(shown, scenario);
  if (isMap(figure)) return drawMap(figureMap(figure, tables), options);
  const { chart, drawn, available } = figureChart(figure, tables);
  const isCompared = pinned !== null && pinned !== shown;
  const under = isCompared ? figureChart(figure, resultsOf(pinned, scenario).tables).chart.series : [];
  const count = scenario.figures.length;
  const notes = [
    ...(count > 1 ? [`${position + 1} of ${count}`] : []),
    ...(drawn < available ? [`${drawn} of ${available} lines`] : []),
  ];
  const title = notes.length === 0 ? chart.title : `${chart.title} (${notes.join(', ')})`;
  const series = [...chart.series, ...under.map(asPinned)].slice(0, 2 * MOST_SERIES);
  return drawChart({ ...chart, title, series }, options);
}

/** Lines only: the points of two overlaid runs could not be told apart. */
function asPinned({ label, line, points, marks }: ChartSeries): ChartSeries {
  return { label: `before: ${label}`, line: line.some(({ y }) => y !== null) ? line : points, points: [], marks };
}
