import type { TableOf } from './table.js';

/** An axis of a figure: which column it shows and how. */
export interface Axis {
  readonly label: string;
  readonly scale: 'linear' | 'log';
}

interface FigureOfTable {
  readonly id: string;
  readonly title: string;
  /** Table that the figure draws. */
  readonly table: string;
}

/**
 * Curves: `theory` is drawn as a line and `simulation` as points; one colour for each distinct value of the `series` column.
 */
export interface CurveFigure extends FigureOfTable {
  readonly kind?: 'curve';
  readonly x: Axis & { readonly column: string };
  readonly y: Axis & {
    readonly theory?: string;
    readonly simulation?: string;
    /** Column with the standard error of `simulation`. */
    readonly error?: string;
  };
  /** Column that distinguishes the lines. */
  readonly series?: string;
  /** What the legend calls that column, where its name would not do. */
  readonly seriesLabel?: string;
  /** Column of a table that varies one thing more: each line is of the middle one of its values in that series. */
  readonly slice?: string;
  /** Table with one row per series and the columns that hold where its inflection lies on the x axis. */
  readonly inflection?: { readonly table: string; readonly theory: string; readonly simulation: string };
}

/** A map of two parameters: one cell for each row of the table, shaded by its value. */
export interface MapFigure extends FigureOfTable {
  readonly kind: 'map';
  readonly x: Axis & { readonly column: string };
  /** The fields of a curve's axis are named only to say that maps have none. */
  readonly y: Axis & {
    readonly column: string;
    readonly theory?: undefined;
    readonly simulation?: undefined;
    readonly error?: undefined;
  };
  readonly series?: undefined;
  readonly seriesLabel?: undefined;
  readonly slice?: undefined;
  readonly inflection?: undefined;
  /** Columns with the value of a cell; the simulated one is drawn where there is any. */
  readonly value: { readonly label: string; readonly theory?: string; readonly simulation?: string };
  /** Table with the height of a boundary for each place on the x axis. */
  readonly boundary?: { readonly table: string; readonly x: string; readonly y: string; readonly label: string };
}

/** What a scenario wants drawn, declared once for the terminal chart, the figures and the report. */
export type Figure = CurveFigure | MapFigure;

export function isMap(figure: Figure): figure is MapFigure {
  return figure.kind === 'map';
}

type ColumnAxis = Axis & { readonly column: string };

/** An axis of a column, or of what NAME_theory and NAME_sim have in common; by default it is called by that name. */
export function linear(column: string, label = column.replaceAll('_', ' ')): ColumnAxis {
  return { column, label, scale: 'linear' };
}

/** The same with equal ratios at equal distances. */
export function logarithmic(column: string, label?: string): ColumnAxis {
  return { ...linear(column, label), scale: 'log' };
}

/** The x axis of figures over pre-training. */
export const pretrainingTime = logarithmic('time', 'pre-training time');

/** Where curves over pre-training turn, one row of the table `inflection` for each. */
export const turningTimes = { table: 'inflection', theory: 'time_theory', simulation: 'time_sim' } as const;

type Drawn = Omit<CurveFigure['y'], keyof Axis>;

/**
 * Curves of a table.
 *
 * @param y an axis of NAME draws what the table has of NAME_theory, NAME_sim and, as its error, NAME_stderr, unless it names others;
 *   an axis without a column draws only what it names
 * @param lines what distinguishes the lines, and where they turn
 */
export function figureOf(
  { name: table, columns }: Pick<TableOf<never>, 'name' | 'columns'>,
  id: string,
  title: string,
  x: ColumnAxis,
  { column, ...y }: Axis & { readonly column?: string } & Drawn,
  lines: Pick<CurveFigure, 'series' | 'seriesLabel' | 'slice' | 'inflection'> = {},
): CurveFigure {
  const drawn = (key: keyof Drawn, suffix: string) =>
    columns.some(({ name }) => name === `${column}${suffix}`) ? { [key]: `${column}${suffix}` } : {};
  const found = { ...drawn('theory', '_theory'), ...drawn('simulation', '_sim'), ...drawn('error', '_stderr') };
  return { id, title, table, x, y: { ...drawn('simulation', ''), ...found, ...y }, ...lines };
}
