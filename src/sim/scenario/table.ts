/** One column of a result table; columns that mean the same carry the same name in every scenario. */
export interface Column {
  readonly name: string;
  /** Unit in plain text; `1` for a pure number. */
  readonly unit: string;
  readonly description: string;
}

/** A value of a table. `null` stands for "no number": not simulated, diverged, or at infinity; the column says which. */
export type Cell = number | string | boolean | null;

export type Row = readonly Cell[];

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** Rows of a table, as they are computed. */
export interface RowsEvent {
  readonly kind: 'rows';
  readonly table: string;
  readonly rows: readonly Row[];
}

/** A column of a declaration: what it reads from a point; what is undefined, NaN or infinite becomes null in the table. */
export interface Reading<Point> extends Omit<Column, 'name'> {
  readonly value: (point: Point) => Cell | undefined;
}

/** Columns by their names, in their order. */
export type Readings<Point> = Readonly<Record<string, Reading<Point>>>;

export function column<Point>(unit: string, description: string, value: Reading<Point>['value']): Reading<Point> {
  return { unit, description, value };
}

/** A column of pure numbers or words. */
export function pure<Point>(description: string, value: Reading<Point>['value']): Reading<Point> {
  return { unit: '1', description, value };
}

/** A column in units of the loss. */
export function inLoss<Point>(description: string, value: Reading<Point>['value']): Reading<Point> {
  return { unit: 'loss', description, value };
}

/** The columns NAME_sim and NAME_stderr of a mean; both are null where it is not finite. */
export function estimate<Point>(
  name: string,
  unit: string,
  description: string,
  value: (point: Point) => { readonly mean: number; readonly standardError: number } | undefined,
  aboutError = '',
): Readings<Point> {
  const error = (found: ReturnType<typeof value>) => (Number.isFinite(found?.mean) ? found?.standardError : undefined);
  return {
    [`${name}_sim`]: column(unit, description, (point) => value(point)?.mean),
    [`${name}_stderr`]: column(unit, `standard error of ${name}_sim${aboutError}`, (point) => error(value(point))),
  };
}

/** A table of a scenario: its columns, and the rows that they make of points. */
export class TableOf<Point> {
  readonly columns: readonly Column[];

  /** @param order columns by which the rows are sorted once all are there, the first counting most; none keeps their order */
  constructor(
    readonly name: string,
    private readonly readings: Readings<Point>,
    readonly order: readonly string[] = [],
  ) {
    // Documents are copied between threads, which functions cannot be.
    this.columns = Object.entries(readings).map(([key, { unit, description }]) => ({ name: key, unit, description }));
  }

  /** The same table with its rows in the order of these columns. */
  sortedBy(...order: readonly string[]): TableOf<Point> {
    return new TableOf(this.name, this.readings, order);
  }

  /** What a run yields when it has computed some points. */
  rows(points: readonly Point[]): RowsEvent {
    const readings = Object.values(this.readings);
    const rows = points.map((point) => readings.map(({ value }) => cellOf(value(point))));
    return { kind: 'rows', table: this.name, rows };
  }
}

function cellOf(value: Cell | undefined): Cell {
  return value === undefined || (typeof value === 'number' && !Number.isFinite(value)) ? null : value;
}

/** Declares a table: `table<Point>('curve', { time: column('flow time', 'time', (point) => point.time) })`. */
export function table<Point>(name: string, readings: Readings<Point>): TableOf<Point> {
  return new TableOf(name, readings);
}

/** The fields of a scenario that say which tables it has, in the order in which they are listed. */
export function declaring(...tables: readonly Pick<TableOf<never>, 'name' | 'columns' | 'order'>[]) {
  return {
    tables: Object.fromEntries(tables.map(({ name, columns }) => [name, columns])),
    rowOrder: Object.fromEntries(tables.map(({ name, order }) => [name, order])),
  };
}

/** Position of a column by name; a name that the table lacks is a defect, hence the plain error. */
export function columnIndex(columns: readonly Column[], name: string): number {
  const index = columns.findIndex((column) => column.name === name);
  if (index < 0) throw new Error(`no column ${name} among ${columns.map((column) => column.name).join(', ')}`);
  return index;
}

/** Rows sorted by some numeric columns, the first named counting most; equal rows keep their order. */
export function sortRows(rows: readonly Row[], columns: readonly Column[], by: readonly string[] = []): readonly Row[] {
  if (by.length === 0) return rows;
  const keys = by.map((name) => columnIndex(columns, name));
  return [...rows].sort((a, b) => {
    for (const key of keys) {
      const difference = Number(a[key]) - Number(b[key]);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

/*
 * Columns that mean the same in every scenario, each described once.
 */

export const gammaColumn = column<{ readonly gamma: number | null }>(
  'weight',
  'standard deviation of the Gaussian noise on every weight (absolute, also with noise=init)',
  ({ gamma }) => gamma,
);

export const timeColumn = column<{ readonly time: number }>(
  'flow time',
  'gradient-flow time of pre-training on ||W1 W2 - A||^2 (no 1/2)',
  ({ time }) => time,
);

export const modeColumn = pure<{ readonly mode: number }>('number of the mode, from 1', ({ mode }) => mode);

export const sigmaColumn = pure<{ readonly sigma: number }>(
  'singular value of the pre-training task in this mode',
  ({ sigma }) => sigma,
);

/** Where a curve is least, on the grid. */
export const turnColumns = {
  time_theory: column<{ readonly timeTheory: number | null | undefined }>(
    'flow time',
    'time on the grid at which the theoretical curve is least; null where that is the last time',
    ({ timeTheory }) => timeTheory,
  ),
  time_sim: column<{ readonly timeSim: number | null | undefined }>(
    'flow time',
    'time on the grid at which the simulated curve is least; null where that is the last time, where training diverged, or where nothing was simulated',
    ({ timeSim }) => timeSim,
  ),
};
