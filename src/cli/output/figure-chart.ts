import type { Figure } from '../../sim/figure.js';
import { type Cell, columnIndex, type Row, type Table } from '../../sim/table.js';
import type { Chart, ChartMark, ChartPoint, ChartSeries } from './chart/chart.js';
import { readableNumber } from './number-text.js';

type Tables = Readonly<Record<string, Table>>;

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
export function figureChart(figure: Figure, tables: Tables): FigureChart {
  const table = tables[figure.table];
  if (table === undefined)
    throw new Error(`figure ${figure.id} draws a table ${figure.table} that is not there`);
  const groups = groupBySeries(figure, table);
  const slices = sliceGroups(figure, table, groups);
  const kept = thinned([...groups.keys()], MOST_SERIES);
  const series = kept.map((value) =>
    seriesOf(figure, table, groups.get(value)!, value, slices.get(value), tables),
  );
  const isDrawn = (points: readonly ChartPoint[]) => points.some(({ y }) => y !== null);
  const hasLine = series.some(({ line }) => isDrawn(line));
  const hasPoints = series.some(({ points }) => isDrawn(points));
  return {
    chart: {
      title: slicedTitle(figure, [...slices.values()]),
      x: { label: figure.x.label, scale: figure.x.scale },
      y: { label: figure.y.label, scale: figure.y.scale },
      series,
      key: {
        line: hasLine ? 'theory' : '',
        points: hasPoints ? 'simulation' : '',
        marks: 'inflection',
      },
    },
    drawn: kept.length,
    available: groups.size,
  };
}

function groupBySeries(figure: Figure, table: Table): Map<Cell, Row[]> {
  if (figure.series === undefined) return new Map([[null, [...table.rows]]]);
  const index = columnIndex(table.columns, figure.series);
  const groups = new Map<Cell, Row[]>();
  for (const row of table.rows) {
    const group = groups.get(row[index]!);
    if (group === undefined) groups.set(row[index]!, [row]);
    else group.push(row);
  }
  return groups;
}

/** Leaves in each group the rows of its slice, and tells which value of the sliced column that is. */
function sliceGroups(figure: Figure, table: Table, groups: Map<Cell, Row[]>): ReadonlyMap<Cell, Cell> {
  const slices = new Map<Cell, Cell>();
  if (figure.slice === undefined) return slices;
  const index = columnIndex(table.columns, figure.slice);
  for (const [series, rows] of groups) {
    const values = [...new Set(rows.map((row) => row[index]!))];
    const middle = values[Math.floor((values.length - 1) / 2)]!;
    slices.set(series, middle);
    groups.set(
      series,
      rows.filter((row) => row[index] === middle),
    );
  }
  return slices;
}

/** The slice stands in the title; where it differs between the series, its column does. */
function slicedTitle({ title, slice }: Figure, values: readonly Cell[]): string {
  const [first] = values;
  if (slice === undefined || first === undefined) return title;
  return values.every((value) => value === first)
    ? `${title}, ${slice} = ${cellText(first)}`
    : `${title}, middle ${slice}`;
}

function thinned<Value>(values: readonly Value[], most: number): Value[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))]!);
}

function seriesOf(
  figure: Figure,
  table: Table,
  rows: readonly Row[],
  value: Cell,
  slice: Cell | undefined,
  tables: Tables,
): ChartSeries {
  const points = (column: string | undefined): ChartPoint[] => {
    if (column === undefined) return [];
    const x = columnIndex(table.columns, figure.x.column);
    const y = columnIndex(table.columns, column);
    return rows.map((row) => ({ x: numberIn(row[x]), y: numberIn(row[y]) }));
  };
  const line = points(figure.y.theory);
  const simulated = points(figure.y.simulation);
  const name = figure.seriesLabel ?? figure.series;
  const label = name === undefined ? figure.y.label : `${name} = ${cellText(value)}`;
  return { label, line, points: simulated, marks: marksOf(figure, value, slice, line, simulated, tables) };
}

/** The inflection of theory on its line; where theory has none, that of the simulation on its points. */
function marksOf(
  figure: Figure,
  value: Cell,
  slice: Cell | undefined,
  line: readonly ChartPoint[],
  simulated: readonly ChartPoint[],
  tables: Tables,
): ChartMark[] {
  const { inflection, series } = figure;
  if (inflection === undefined) return [];
  const table = tables[inflection.table];
  if (table === undefined) return [];
  const belongs = (candidate: Row, column: string | undefined, to: Cell | undefined) =>
    column === undefined || candidate[columnIndex(table.columns, column)] === to;
  const row = table.rows.find(
    (candidate) => belongs(candidate, series, value) && belongs(candidate, figure.slice, slice),
  );
  if (row === undefined) return [];
  const at = (column: string) => numberIn(row[columnIndex(table.columns, column)]);
  const mark = markNear(at(inflection.theory), line) ?? markNear(at(inflection.simulation), simulated);
  return mark === undefined ? [] : [{ ...mark, label: `${figure.x.column} ${readableNumber(mark.x, 3)}` }];
}

/** The height of a curve at a place on the x axis, taken from its nearest point. */
function markNear(x: number | null, points: readonly ChartPoint[]): { x: number; y: number } | undefined {
  if (x === null) return undefined;
  let nearest: { x: number; y: number } | undefined;
  for (const point of points) {
    if (point.x === null || point.y === null) continue;
    if (nearest === undefined || Math.abs(point.x - x) < Math.abs(nearest.x - x))
      nearest = { x: point.x, y: point.y };
  }
  return nearest === undefined ? undefined : { x, y: nearest.y };
}

function numberIn(cell: Cell | undefined): number | null {
  return typeof cell === 'number' && Number.isFinite(cell) ? cell : null;
}

/** A cell of a table for reading; null is a dash. */
export function cellText(cell: Cell): string {
  if (cell === null) return '–';
  return typeof cell === 'number' ? readableNumber(cell) : String(cell);
}
