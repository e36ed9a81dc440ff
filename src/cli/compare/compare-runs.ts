import type { Figure } from '../../sim/scenario/figure.js';
import type { RunDocument } from '../../sim/scenario/run-document.js';
import type { Cell, Row, Table } from '../../sim/scenario/table.js';
import type { StoredRun } from '../results/read-result.js';

/**
 * Probability that a standard normal number lies beyond ±z, by the fraction of Numerical Recipes (erfcc), whose relative error is
 * below 1.2e-7 everywhere.
 */
export function twoSidedTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  let sum = 0;
  for (const coefficient of COEFFICIENTS) sum = sum * t + coefficient;
  return t * Math.exp(-x * x + sum);
}

/** The highest power first. */
const COEFFICIENTS = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368,
  -1.26551223,
] as const;

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
const SIGNIFICANCE = 0.01;

type RowPair = readonly [Row, Row];

/**
 * Compares one column.
 *
 * @param index of the column in either table
 * @param error indices of the column with its standard error, if it has one
 */
function compareColumn(
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
  return {
    ...{ column, verdict: verdictOf(seen, p, column.endsWith('_sim')) },
    ...{ compared: pairs.length, differing: seen.differing },
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
 * Columns by whose values the rows of two tables are matched: the fewest of the first ones that distinguish all rows. None where a
 * computed column would be needed; rows are then matched by their number.
 */
function keyColumns(a: Table, b: Table): readonly string[] {
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
function keyOf(table: Table, row: Row, names: readonly string[]): string {
  return JSON.stringify(names.map((name) => row[table.columns.findIndex((column) => column.name === name)]));
}

type NamedRun = Pick<StoredRun, 'folder' | 'document' | 'problems'>;

/** Compares two runs of one scenario: what `compare --json` prints. They are `alike` if nothing differs by more than noise. */
export function compareRuns(a: NamedRun, b: NamedRun, figures: readonly Figure[]) {
  const names = [...new Set([...Object.keys(a.document.tables), ...Object.keys(b.document.tables)])];
  const tables = names.map((name) =>
    compareTables(name, tableOf(a.document, name), tableOf(b.document, name), figures),
  );
  return {
    ...{ schema: 1, scenario: a.document.scenario, a: a.folder, b: b.folder },
    verdict: tables.every(isAlike) ? 'alike' : 'different',
    settings: settingDifferences(a.document, b.document),
    tables,
    problems: [a, b].flatMap(({ folder, problems }) => problems.map((problem) => `${folder}: ${problem}`)),
  };
}

export type RunComparison = ReturnType<typeof compareRuns>;

const ABSENT: Table = { columns: [], rows: [] };

function tableOf({ tables }: RunDocument, name: string): Table {
  return Object.hasOwn(tables, name) ? tables[name]! : ABSENT;
}

function isAlike({ rows, columns }: TableDifference): boolean {
  const isWhole = rows.matched === rows.a && rows.matched === rows.b;
  return isWhole && columns.every(({ verdict }) => verdict !== 'differs' && verdict !== 'significant');
}

function compareTables(name: string, a: Table, b: Table, figures: readonly Figure[]) {
  const keys = keyColumns(a, b);
  const pairs = pairsOf(a, b, keys);
  const place = (table: Table, column: string) => table.columns.findIndex((one) => one.name === column);
  const both = (column: string): readonly [number, number] | undefined => {
    const places = [place(a, column), place(b, column)] as const;
    return places.every((index) => index >= 0) ? places : undefined;
  };
  const columns = a.columns.flatMap(({ name: column }) => {
    const index = both(column);
    // A standard error is itself an estimate; it counts where its mean is judged.
    if (index === undefined || keys.includes(column) || column.endsWith('_stderr')) return [];
    const error = errorColumn(name, column, a, figures);
    return [compareColumn(column, pairs, index, error === undefined ? undefined : both(error))];
  });
  return { table: name, keys, rows: { a: a.rows.length, b: b.rows.length, matched: pairs.length }, columns };
}

/** How a table of two runs differs; without keys its rows were matched by number. */
export type TableDifference = ReturnType<typeof compareTables>;

/** The column with the standard error of a simulated one: of the same name, or the one that a figure draws it with. */
function errorColumn(
  table: string,
  column: string,
  { columns }: Table,
  figures: readonly Figure[],
): string | undefined {
  if (!column.endsWith('_sim')) return undefined;
  const own = column.replace(/_sim$/, '_stderr');
  if (columns.some(({ name }) => name === own)) return own;
  return figures.find((figure) => figure.table === table && figure.y.simulation === column)?.y.error;
}

/** Rows of the same key; of the same number where there are no keys. */
function pairsOf(a: Table, b: Table, keys: readonly string[]): readonly RowPair[] {
  if (keys.length === 0) return a.rows.slice(0, b.rows.length).map((row, index) => [row, b.rows[index]!]);
  const others = new Map(b.rows.map((row) => [keyOf(b, row, keys), row]));
  return a.rows.flatMap((row): RowPair[] => {
    const other = others.get(keyOf(a, row, keys));
    return other === undefined ? [] : [[row, other]];
  });
}

/** Settings that differ; null where a run has none of that name. */
function settingDifferences(a: RunDocument, b: RunDocument) {
  const [first, second] = [settingsOf(a), settingsOf(b)];
  const names = [...new Set([...first.keys(), ...second.keys()])];
  return names
    .map((name) => ({ name, a: first.get(name) ?? null, b: second.get(name) ?? null }))
    .filter((one) => JSON.stringify(one.a) !== JSON.stringify(one.b));
}

function settingsOf({ params, seed, compute, versions }: RunDocument): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([
    ...Object.entries(params),
    ['seed', seed],
    ['engine', compute.engine],
    ['backend', compute.backend],
    ...Object.entries(versions).map(([name, version]) => [`version of ${name}`, version] as const),
  ]);
}
