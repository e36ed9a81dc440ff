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
  if (index < 0)
    throw new Error(`no column ${name} among ${columns.map((column) => column.name).join(', ')}`);
  return index;
}

/** Rows sorted by some numeric columns, the first named counting most; equal rows keep their order. */
export function sortRows(
  rows: readonly Row[],
  columns: readonly Column[],
  by: readonly string[] = [],
): readonly Row[] {
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
