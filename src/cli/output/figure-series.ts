import type { CurveFigure } from '../../sim/scenario/figure.js';
import { type Cell, columnIndex, type Row, type Table } from '../../sim/scenario/table.js';
import { readableNumber } from './text-table.js';

type Tables = Readonly<Record<string, Table>>;

/** A place on a curve where both coordinates are numbers. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
}

/** One line of a figure with its points: the rows of the table that belong to it. */
export interface FigureSeries {
  /** Value of the series column; null for a figure that has none. */
  readonly value: Cell;
  readonly rows: readonly Row[];
  /** The inflection of theory on its line; where theory has none, that of the simulation on its points. */
  readonly inflection?: CurvePoint;
}

/** What a figure of curves reads from the tables of a run. */
export interface FigureCurves {
  readonly table: Table;
  /** Title of the figure, with the slice that is drawn. */
  readonly title: string;
  /** In the order of the table. */
  readonly series: readonly FigureSeries[];
}

/**
 * Reads the series of a figure from the tables of a run: the rows of each, thinned to its slice, and its inflection.
 *
 * @throws Error when the table of the figure or one of its columns is not there
 */
export function readCurves(figure: CurveFigure, tables: Tables): FigureCurves {
  const table = tables[figure.table];
  if (table === undefined) throw new Error(`figure ${figure.id} draws a table ${figure.table} that is not there`);
  const groups = groupBySeries(figure, table);
  const slices = sliceGroups(figure, table, groups);
  const series = [...groups].map(([value, rows]): FigureSeries => {
    const inflection = inflectionOf(figure, value, slices.get(value), table, rows, tables);
    return inflection === undefined ? { value, rows } : { value, rows, inflection };
  });
  return { table, title: slicedTitle(figure, [...slices.values()]), series };
}

/** At most so many of the values, evenly chosen, the first and the last kept. */
export function thinned<Value>(values: readonly Value[], most: number): Value[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))]!);
}

/** A cell of a table for reading; null is a dash. */
export function cellText(cell: Cell): string {
  if (cell === null) return '–';
  return typeof cell === 'number' ? readableNumber(cell) : String(cell);
}

/** The number in a cell, or null where there is none that is finite. */
export function numberIn(cell: Cell | undefined): number | null {
  return typeof cell === 'number' && Number.isFinite(cell) ? cell : null;
}

function groupBySeries(figure: CurveFigure, table: Table): Map<Cell, Row[]> {
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

/** Leaves in each group the rows of its slice, and says which value of the sliced column that is. */
function sliceGroups(figure: CurveFigure, table: Table, groups: Map<Cell, Row[]>): ReadonlyMap<Cell, Cell> {
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

/** The title names the slice, or its column where the slice differs between series. */
function slicedTitle({ title, slice }: CurveFigure, values: readonly Cell[]): string {
  const [first] = values;
  if (slice === undefined || first === undefined) return title;
  return values.every((value) => value === first)
    ? `${title}, ${slice} = ${cellText(first)}`
    : `${title}, middle ${slice}`;
}

function inflectionOf(
  figure: CurveFigure,
  value: Cell,
  slice: Cell | undefined,
  drawn: Table,
  rows: readonly Row[],
  tables: Tables,
): CurvePoint | undefined {
  const { inflection, series } = figure;
  if (inflection === undefined) return undefined;
  const table = tables[inflection.table];
  if (table === undefined) return undefined;
  const belongs = (candidate: Row, column: string | undefined, to: Cell | undefined) =>
    column === undefined || candidate[columnIndex(table.columns, column)] === to;
  const row = table.rows.find(
    (candidate) => belongs(candidate, series, value) && belongs(candidate, figure.slice, slice),
  );
  if (row === undefined) return undefined;
  const near = (place: string, column: string | undefined) =>
    pointNear(numberIn(row[columnIndex(table.columns, place)]), figure.x.column, column, drawn, rows);
  return near(inflection.theory, figure.y.theory) ?? near(inflection.simulation, figure.y.simulation);
}

/** The height of a curve at a place on the x axis, taken from its nearest point. */
function pointNear(
  x: number | null,
  xColumn: string,
  yColumn: string | undefined,
  { columns }: Table,
  rows: readonly Row[],
): CurvePoint | undefined {
  if (x === null || yColumn === undefined) return undefined;
  const [across, up] = [columnIndex(columns, xColumn), columnIndex(columns, yColumn)];
  let nearest: CurvePoint | undefined;
  for (const row of rows) {
    const [at, height] = [numberIn(row[across]), numberIn(row[up])];
    if (at === null || height === null) continue;
    if (nearest === undefined || Math.abs(at - x) < Math.abs(nearest.x - x)) nearest = { x: at, y: height };
  }
  return nearest === undefined ? undefined : { x, y: nearest.y };
}
