import type { CurveFigure, Figure } from '../../sim/scenario/figure.js';
import { type Cell, columnIndex, type Row, type Table } from '../../sim/scenario/table.js';
import { readableNumber } from './text-table.js';

export type Tables = Readonly<Record<string, Table>>;

export interface FigureSeries {
  readonly value: Cell;
  readonly rows: readonly Row[];
  /** The inflection of theory on its line; where theory has none, that of the simulation on its points. */
  readonly inflection?: { readonly x: number; readonly y: number };
}

/** The series of a figure, each with its rows, thinned to its slice, and its inflection; it throws where a column is not there. */
export function readCurves(figure: CurveFigure, tables: Tables) {
  const table = tableOf(figure, tables);
  const sliced = figure.slice === undefined ? undefined : columnIndex(table.columns, figure.slice);
  const slices: (Cell | undefined)[] = [];
  const series = groupsOf(figure, table).map(([value, all]): FigureSeries => {
    const values = sliced === undefined ? [] : [...new Set(all.map((row) => row[sliced]!))];
    const slice = values[Math.floor((values.length - 1) / 2)];
    const rows = sliced === undefined ? all : all.filter((row) => row[sliced] === slice);
    slices.push(slice);
    const inflection = inflectionOf(figure, value, slice, { ...table, rows }, tables);
    return inflection === undefined ? { value, rows } : { value, rows, inflection };
  });
  return { table, title: slicedTitle(figure, slices), series };
}

export function tableOf(figure: Figure, tables: Tables): Table {
  const table = tables[figure.table];
  if (table === undefined) throw new Error(`figure ${figure.id} draws a table ${figure.table} that is not there`);
  return table;
}

/** At most so many of the values, evenly chosen, the first and the last kept. */
export function thinned<Value>(values: readonly Value[], most: number): Value[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, i) => values[Math.round((i * (values.length - 1)) / Math.max(1, most - 1))]!);
}

export function cellText(cell: Cell): string {
  if (cell === null) return '–';
  return typeof cell === 'number' ? readableNumber(cell) : String(cell);
}

export function numberIn(cell: Cell | undefined): number | null {
  return typeof cell === 'number' && Number.isFinite(cell) ? cell : null;
}

export function cellOf(row: Row, { columns }: Table, name: string): Cell {
  return row[columnIndex(columns, name)] ?? null;
}

function groupsOf({ series }: CurveFigure, { columns, rows }: Table): (readonly [Cell, readonly Row[]])[] {
  if (series === undefined) return [[null, rows]];
  const index = columnIndex(columns, series);
  const groups = new Map<Cell, Row[]>();
  for (const row of rows) {
    const group = groups.get(row[index]!) ?? [];
    group.push(row);
    groups.set(row[index]!, group);
  }
  return [...groups];
}

/** The title names the slice, or its column where the slice differs between series. */
function slicedTitle({ title, slice }: CurveFigure, values: readonly (Cell | undefined)[]): string {
  const [first] = values;
  if (slice === undefined || first === undefined) return title;
  return values.every((value) => value === first)
    ? `${title}, ${slice} = ${cellText(first)}`
    : `${title}, middle ${slice}`;
}

function inflectionOf(
  { inflection, series, slice: sliced, x, y }: CurveFigure,
  value: Cell,
  slice: Cell | undefined,
  drawn: Table,
  tables: Tables,
): FigureSeries['inflection'] {
  const table = inflection === undefined ? undefined : tables[inflection.table];
  if (inflection === undefined || table === undefined) return undefined;
  const row = table.rows.find(
    (one) =>
      (series === undefined || cellOf(one, table, series) === value) &&
      (sliced === undefined || cellOf(one, table, sliced) === slice),
  );
  if (row === undefined) return undefined;
  const near = (place: string, column: string | undefined) =>
    pointNear(numberIn(cellOf(row, table, place)), x.column, column, drawn);
  return near(inflection.theory, y.theory) ?? near(inflection.simulation, y.simulation);
}

function pointNear(
  x: number | null,
  xColumn: string,
  yColumn: string | undefined,
  { columns, rows }: Table,
): FigureSeries['inflection'] {
  if (x === null || yColumn === undefined) return undefined;
  const [across, up] = [columnIndex(columns, xColumn), columnIndex(columns, yColumn)];
  let nearest: FigureSeries['inflection'];
  for (const row of rows) {
    const [at, height] = [numberIn(row[across]), numberIn(row[up])];
    if (at === null || height === null) continue;
    if (nearest === undefined || Math.abs(at - x) < Math.abs(nearest.x - x)) nearest = { x: at, y: height };
  }
  return nearest === undefined ? undefined : { x, y: nearest.y };
}
