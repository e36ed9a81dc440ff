import type { Cell, Row, Table } from '../../sim/scenario/table.js';
import { twoSidedTail } from './normal-tail.js';

/** How a column of two runs differs, over the rows that both have. */
export interface ColumnDifference {
  readonly column: string;
  /**
   * `equal` to the last bit; `differs` where numbers have no error; `within-noise` and `significant` for means with standard
   * errors; `unjudged` for simulated numbers that differ and have none.
   */
  readonly verdict: 'equal' | 'differs' | 'within-noise' | 'significant' | 'unjudged';
  readonly compared: number;
  readonly differing: number;
  /** Largest absolute difference of two numbers; null where none differ. */
  readonly largest: number | null;
  /** Difference with the largest size in units of its standard error; null without standard errors. */
  readonly z: number | null;
  /** Probability of so large a |z| somewhere among the rows if the runs differ by noise alone (Bonferroni). */
  readonly p: number | null;
}

/** A probability below which a difference is not put down to noise. */
export const SIGNIFICANCE = 0.01;

/** Two rows of the same key. */
export type RowPair = readonly [Row, Row];

/**
 * Compares one column.
 *
 * @param index of the column in either table
 * @param error indices of the column with its standard error, if it has one
 */
export function compareColumn(
  column: string,
  pairs: readonly RowPair[],
  index: readonly [number, number],
  error: readonly [number, number] | undefined,
): ColumnDifference {
  const seen = { differing: 0, largest: 0, z: 0, judged: 0, unequal: false };
  for (const [a, b] of pairs) {
    const [first, second] = [a[index[0]]!, b[index[1]]!];
    if (Object.is(first, second)) {
      if (error !== undefined) seen.judged++;
      continue;
    }
    seen.differing++;
    if (typeof first !== 'number' || typeof second !== 'number') {
      seen.unequal = true;
      continue;
    }
    seen.largest = Math.max(seen.largest, Math.abs(first - second));
    if (error === undefined) continue;
    const deviation = Math.hypot(numberIn(a[error[0]]), numberIn(b[error[1]]));
    if (!(deviation > 0)) seen.unequal = true;
    else {
      seen.judged++;
      const z = (first - second) / deviation;
      if (Math.abs(z) > Math.abs(seen.z)) seen.z = z;
    }
  }
  const p = error === undefined || seen.judged === 0 ? null : Math.min(1, seen.judged * twoSidedTail(seen.z));
  const isSimulated = column.endsWith('_sim');
  return {
    column,
    verdict: verdictOf(seen, p, isSimulated),
    compared: pairs.length,
    differing: seen.differing,
    largest: seen.differing === 0 ? null : seen.largest,
    z: p === null ? null : seen.z,
    p,
  };
}

function verdictOf(
  { differing, unequal }: { readonly differing: number; readonly unequal: boolean },
  p: number | null,
  isSimulated: boolean,
): ColumnDifference['verdict'] {
  if (differing === 0) return 'equal';
  if (!isSimulated) return 'differs';
  if (p === null) return 'unjudged';
  if (p < SIGNIFICANCE) return 'significant';
  return unequal ? 'unjudged' : 'within-noise';
}

function numberIn(cell: Cell | undefined): number {
  return typeof cell === 'number' ? cell : Number.NaN;
}

/**
 * Columns by whose values the rows of two tables are matched: the fewest of the first ones that tell all rows apart. None where a
 * computed column would be needed; rows are then matched by their number.
 */
export function keyColumns(a: Table, b: Table): readonly string[] {
  for (let count = 1; count <= a.columns.length; count++) {
    const names = a.columns.slice(0, count).map(({ name }) => name);
    if (names.some((name) => COMPUTED.test(name))) return [];
    if (names.some((name) => !b.columns.some((column) => column.name === name))) return [];
    if ([a, b].every((table) => isUnique(table, names))) return names;
  }
  return [];
}

const COMPUTED = /_(theory|sim|stderr)$/;

function isUnique(table: Table, names: readonly string[]): boolean {
  return new Set(table.rows.map((row) => keyOf(table, row, names))).size === table.rows.length;
}

/** The values of the key columns of a row as one text. */
export function keyOf(table: Table, row: Row, names: readonly string[]): string {
  return JSON.stringify(names.map((name) => row[table.columns.findIndex((column) => column.name === name)]));
}
