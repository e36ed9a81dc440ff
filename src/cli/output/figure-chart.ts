import type { CurveFigure, MapFigure } from '../../sim/scenario/figure.js';
import { columnIndex, type Table } from '../../sim/scenario/table.js';
import type { Chart, ChartPoint, ChartSeries } from './chart/plot.js';
import { cellText, type FigureSeries, numberIn, readCurves, type Tables, tableOf, thinned } from './figure-series.js';
import type { HeatMap } from './map/draw-map.js';
import { readableNumber } from './text-table.js';

/** More series than this cannot be told apart in a terminal. */
export const MOST_SERIES = 8;

/**
 * Reads the series of a figure from the tables of a run. Where there are more than {@link MOST_SERIES}, they are thinned
 * evenly, the first and the last kept.
 *
 * @returns the chart, and how many of the available series are drawn in it
 */
export function figureChart(
  figure: CurveFigure,
  tables: Tables,
): { readonly chart: Chart; readonly drawn: number; readonly available: number } {
  const { table, title, series: available } = readCurves(figure, tables);
  const series = thinned(available, MOST_SERIES).map((one) => seriesOf(figure, table, one));
  const isDrawn = (what: 'line' | 'points') => series.some((one) => one[what].some(({ y }) => y !== null));
  const key = {
    line: isDrawn('line') ? 'theory' : '',
    points: isDrawn('points') ? 'simulation' : '',
    marks: 'inflection',
  };
  const [x, y] = [figure.x, figure.y].map(({ label, scale }) => ({ label, scale }));
  return { chart: { title, x: x!, y: y!, series, key }, drawn: series.length, available: available.length };
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

/** Reads the cells of a map from the tables of a run: the simulated values where there are any, those of theory otherwise. */
export function figureMap(figure: MapFigure, tables: Tables): HeatMap {
  const table = tableOf(figure, tables);
  const column = (name: string) => {
    const index = columnIndex(table.columns, name);
    return table.rows.map((row) => numberIn(row[index]));
  };
  const [across, up] = [column(figure.x.column), column(figure.y.column)];
  const { theory, simulation, label } = figure.value;
  const simulated = simulation === undefined ? [] : column(simulation);
  const isSimulated = theory === undefined || simulated.some((value) => value !== null);
  const values = isSimulated ? simulated : column(theory);
  const [x, y] = [placesOf(across), placesOf(up)];
  const cells = y.map(() => x.map((): number | null => null));
  values.forEach((value, row) => {
    const [left, height] = [x.indexOf(across[row] ?? Number.NaN), y.indexOf(up[row] ?? Number.NaN)];
    if (left >= 0 && height >= 0) cells[height]![left] = value;
  });
  return {
    title: figure.title,
    x: { label: figure.x.label, places: x },
    y: { label: figure.y.label, places: y },
    valueLabel: `${label} (${isSimulated ? 'simulation' : 'theory'}), up to`,
    values: cells,
    boundary: boundaryOf(figure, tables, x),
    boundaryLabel: figure.boundary?.label ?? '',
  };
}

function boundaryOf({ boundary }: MapFigure, tables: Tables, places: readonly number[]): (number | null)[] {
  const table = boundary === undefined ? undefined : tables[boundary.table];
  if (boundary === undefined || table === undefined) return [];
  const [x, y] = [columnIndex(table.columns, boundary.x), columnIndex(table.columns, boundary.y)];
  return places.map((place) => numberIn(table.rows.find((row) => row[x] === place)?.[y]));
}

function placesOf(values: readonly (number | null)[]): number[] {
  return [...new Set(values)].filter((value) => value !== null).sort((a, b) => a - b);
}
