import type { CurveFigure } from '../../sim/scenario/figure.js';
import { columnIndex, type Table } from '../../sim/scenario/table.js';
import type { Chart, ChartPoint, ChartSeries } from './chart/plot.js';
import { cellText, type FigureSeries, numberIn, readCurves, thinned } from './figure-series.js';
import { readableNumber } from './text-table.js';

/** More series than this cannot be told apart in a terminal. */
export const MOST_SERIES = 8;

/** What a figure of a run looks like as a terminal chart, and how many of its series are in it. */
export interface FigureChart {
  readonly chart: Chart;
  readonly drawn: number;
  readonly available: number;
}

/**
 * Reads the series of a figure from the tables of a run. Where there are more than {@link MOST_SERIES}, they are thinned
 * evenly, the first and the last kept.
 */
export function figureChart(figure: CurveFigure, tables: Readonly<Record<string, Table>>): FigureChart {
  const curves = readCurves(figure, tables);
  const kept = thinned(curves.series, MOST_SERIES);
  const series = kept.map((one) => seriesOf(figure, curves.table, one));
  const isDrawn = (points: readonly ChartPoint[]) => points.some(({ y }) => y !== null);
  const hasLine = series.some(({ line }) => isDrawn(line));
  const hasPoints = series.some(({ points }) => isDrawn(points));
  return {
    chart: {
      title: curves.title,
      x: { label: figure.x.label, scale: figure.x.scale },
      y: { label: figure.y.label, scale: figure.y.scale },
      series,
      key: { line: hasLine ? 'theory' : '', points: hasPoints ? 'simulation' : '', marks: 'inflection' },
    },
    drawn: kept.length,
    available: curves.series.length,
  };
}

function seriesOf(figure: CurveFigure, table: Table, { value, rows, inflection }: FigureSeries): ChartSeries {
  const points = (column: string | undefined): ChartPoint[] => {
    if (column === undefined) return [];
    const x = columnIndex(table.columns, figure.x.column);
    const y = columnIndex(table.columns, column);
    return rows.map((row) => ({ x: numberIn(row[x]), y: numberIn(row[y]) }));
  };
  const name = figure.seriesLabel ?? figure.series;
  const label = name === undefined ? figure.y.label : `${name} = ${cellText(value)}`;
  const marks =
    inflection === undefined ? [] : [{ ...inflection, label: `${figure.x.column} ${readableNumber(inflection.x, 3)}` }];
  return { label, line: points(figure.y.theory), points: points(figure.y.simulation), marks };
}
