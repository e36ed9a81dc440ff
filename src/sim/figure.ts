/** An axis of a figure: which column it shows and how. */
export interface Axis {
  readonly label: string;
  readonly scale: 'linear' | 'log';
}

/**
 * What a scenario wants drawn, told once for the terminal chart, the figures and the report.
 *
 * `theory` is drawn as a line and `simulation` as points; one colour for each distinct value of the `series` column.
 */
export interface Figure {
  readonly id: string;
  readonly title: string;
  /** Table that the figure draws. */
  readonly table: string;
  readonly x: Axis & { readonly column: string };
  readonly y: Axis & {
    readonly theory?: string;
    readonly simulation?: string;
    /** Column with the standard error of `simulation`. */
    readonly error?: string;
  };
  /** Column that tells the lines apart. */
  readonly series?: string;
  /** Table with one row per series and the columns that hold where its inflection lies on the x axis. */
  readonly inflection?: { readonly table: string; readonly theory: string; readonly simulation: string };
}
