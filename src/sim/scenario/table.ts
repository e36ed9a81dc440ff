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

const column =
  (name: string, unit: string) =>
  (description: string): Column => ({ name, unit, description });

export const gammaColumn: Column = {
  name: 'gamma',
  unit: 'weight',
  description: 'standard deviation of the Gaussian noise on every weight (absolute, also with noise=init)',
};

export const timeColumn: Column = {
  name: 'time',
  unit: 'flow time',
  description: 'gradient-flow time of pre-training on ||W1 W2 - A||^2 (no 1/2)',
};

export const modeColumn: Column = { name: 'mode', unit: '1', description: 'number of the mode, from 1' };

export const sigmaColumn: Column = {
  name: 'sigma',
  unit: '1',
  description: 'singular value of the pre-training task in this mode',
};

export const singularValueColumn = (suffix: string) => column(`singular_value${suffix}`, '1');
export const lossColumn = (suffix: string) => column(`loss${suffix}`, 'loss');
export const sensitivityColumn = (suffix: string) => column(`sensitivity${suffix}`, 'loss');
export const perturbedLossColumn = (suffix: string) => column(`perturbed_loss${suffix}`, 'loss');

export const timeTheoryColumn: Column = {
  name: 'time_theory',
  unit: 'flow time',
  description: 'time on the grid at which the theoretical curve is least; null where that is the last time',
};

export const timeSimColumn: Column = {
  name: 'time_sim',
  unit: 'flow time',
  description:
    'time on the grid at which the simulated curve is least; null where that is the last time, where training diverged, or where nothing was simulated',
};

/** What is known of the errors of a study of noise; one table of them belongs to every such scenario. */
export const noiseAccuracyColumns: readonly Column[] = [
  gammaColumn,
  timeColumn,
  lossColumn('_theory')('pre-training loss of the checkpoint, closed form of the flow (T0)'),
  lossColumn('_sim')('pre-training loss of the checkpoint as it was trained'),
  lossColumn('_bias')('part of loss_sim - loss_theory that is discretisation: exact recurrence minus flow'),
  sensitivityColumn('_bias')('the same part of sensitivity_sim - sensitivity_theory'),
  sensitivityColumn('_rounding')('bound on what floating point adds to the expectation of sensitivity_sim'),
  sensitivityColumn('_stderr')('standard error of sensitivity_sim, to compare with'),
];
