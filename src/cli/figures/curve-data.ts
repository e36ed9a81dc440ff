import type { CurveFigure } from '../../sim/scenario/figure.js';
import { type Cell, columnIndex, type Table } from '../../sim/scenario/table.js';
import { cellText, type FigureSeries, readCurves, thinned } from '../output/figure-series.js';
import { isOnAxis } from './figure-axis.js';
import { MOST_CATEGORIES } from './theme.js';

export const SERIES_FIELD = '_series';
/** Field with the place of a series among the others, from 0, where they have no order of their own. */
export const RANK_FIELD = '_rank';

/** Cells of a table by the names of their columns. */
export type FigureRow = Readonly<Record<string, Cell>>;

/**
 * Reads what a figure draws from the tables of a run. Series that are numbers are all kept; of names at most
 * {@link MOST_CATEGORIES}, evenly chosen.
 *
 * @throws Error when a table or a column of the figure is not there
 */
export function curveData(figure: CurveFigure, tables: Readonly<Record<string, Table>>) {
  const { table, title, series: available } = readCurves(figure, tables);
  const isOrdered = available.length > 0 && available.every(({ value }) => typeof value === 'number');
  const kept = isOrdered ? available : thinned(available, MOST_CATEGORIES);
  const names = seriesNames(kept);
  const fields = [figure.series, figure.x.column, figure.y.theory, figure.y.simulation, figure.y.error];
  const drawn = [...new Set(fields)].filter((name) => name !== undefined);
  const places = drawn.map((name) => columnIndex(table.columns, name));
  const rows = kept.flatMap((one, index) =>
    one.rows.map((row): FigureRow => {
      const cells = drawn.map((name, at) => [name, row[places[at]!] ?? null] as const);
      const rank = isOrdered ? {} : { [RANK_FIELD]: index };
      return { ...Object.fromEntries(cells), [SERIES_FIELD]: names[index]!, ...rank };
    }),
  );
  const isDrawn = (column: string | undefined) =>
    column !== undefined && rows.some((row) => isOnAxis(figure.y.scale, row[column]));
  return {
    title,
    /** The columns that are drawn, with the numbers of the table, and the name of the series of each row. */
    rows,
    /** Where the curves turn: the columns x and y of the figure, and the name of the series. */
    inflections: kept.flatMap((one, index) => inflectionRow(figure, one, names[index]!)),
    /** In the order of the table; a single empty name for a figure without series. */
    series: names,
    /** Whether the series are numbers, which have an order, and not names. */
    isOrdered,
    /** Whether the theory is one and the same curve for all series. */
    isTheoryShared: kept.length > 1 && isShared(figure, rows, names),
    hasTheory: isDrawn(figure.y.theory),
    hasSimulation: isDrawn(figure.y.simulation),
    hasErrors: figure.y.error !== undefined && isDrawn(figure.y.simulation) && isDrawn(figure.y.error),
    /** What a reader has to know of what is not drawn; one sentence each. */
    notes: [
      ...(kept.length < available.length ? [`${kept.length} of ${available.length} series are drawn.`] : []),
      ...offLogAxes(figure, rows),
    ],
    column: (name: string) => table.columns.find((column) => column.name === name),
  };
}

/** What a figure of curves draws, separate from how. */
export type CurveData = ReturnType<typeof curveData>;

/** Names that differ wherever the values do. */
function seriesNames(series: readonly FigureSeries[]): string[] {
  if (series.length === 1 && series[0]!.value === null) return [''];
  const short = series.map(({ value }) => cellText(value));
  return new Set(short).size === short.length ? short : series.map(({ value }) => String(value));
}

function inflectionRow({ x, y }: CurveFigure, { inflection }: FigureSeries, name: string): FigureRow[] {
  if (inflection === undefined || !isOnAxis(x.scale, inflection.x) || !isOnAxis(y.scale, inflection.y)) return [];
  return [{ [SERIES_FIELD]: name, [x.column]: inflection.x, inflection: inflection.y }];
}

/** Whether all series have the same theory at the same places. */
function isShared({ x, y }: CurveFigure, rows: readonly FigureRow[], names: readonly string[]): boolean {
  if (y.theory === undefined) return false;
  const curves = new Map(names.map((name) => [name, [] as string[]]));
  for (const row of rows)
    if (row[y.theory] !== null)
      curves.get(String(row[SERIES_FIELD]))!.push(`${digits(row[x.column])} ${digits(row[y.theory])}`);
  const [first, ...others] = [...curves.values()].map((points) => points.join('\n'));
  return first !== '' && others.every((other) => other === first);
}

/** Closer than these digits, two curves are one to the eye. */
function digits(cell: Cell | undefined): string {
  return typeof cell === 'number' ? cell.toPrecision(6) : String(cell);
}

/** Says how many values a logarithmic axis cannot show. */
function offLogAxes({ x, y }: CurveFigure, rows: readonly FigureRow[]): string[] {
  const isLost = (scale: 'linear' | 'log', cell: Cell | undefined) =>
    scale === 'log' && typeof cell === 'number' && cell <= 0;
  const lost = rows.filter(
    (row) =>
      isLost(x.scale, row[x.column]) ||
      [y.theory, y.simulation].some((name) => name !== undefined && isLost(y.scale, row[name])),
  ).length;
  if (lost === 0) return [];
  return [`${lost} ${lost === 1 ? 'row' : 'rows'} with zero or negative values: not on a log axis.`];
}
