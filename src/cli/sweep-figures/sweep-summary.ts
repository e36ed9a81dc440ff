/** A column of the table of a sweep along which its results can be drawn. */
export interface SweepAxis {
  readonly column: string;
  /** How the sweep file varies it; `row` for a column of the scenario's own table. */
  readonly form: 'grid' | 'list' | 'zip' | 'random' | 'row';
  /** The scale that the sweep file or the scenario asks for; null where the values decide. */
  readonly scale: 'linear' | 'log' | null;
}

/** A result of a sweep: a quantity with its columns in theory and in simulation. */
export interface SweepResult {
  readonly name: string;
  readonly theory: string | null;
  /** The simulated column, or the only one. */
  readonly simulation: string | null;
  /** Column with the standard error of one simulated value. */
  readonly error: string | null;
}

/** What figures need to know of a sweep besides its table; `run.json` keeps it under `sweep`. */
export interface SweepSummary {
  /** Runs of the sweep. */
  readonly points: number;
  /** Rows of the long table. */
  readonly rows: number;
  /** `points`: the long table itself; `cells`: sums over bins of its rows, where there are too many of them. */
  readonly table: 'points' | 'cells';
  readonly axes: readonly SweepAxis[];
  readonly results: readonly SweepResult[];
  /** Text of a sweep file, as JSON, that asks for it; absent where it is very long. */
  readonly file?: string | undefined;
}
