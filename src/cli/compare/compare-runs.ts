import type { Figure } from '../../sim/scenario/figure.js';
import type { RunDocument } from '../../sim/scenario/run-document.js';
import type { Table } from '../../sim/scenario/table.js';
import { type ColumnDifference, compareColumn, keyColumns, keyOf, type RowPair } from './compare-columns.js';

/** A parameter, or what else was told a run, that two runs have differently; null where one has none. */
export interface SettingDifference {
  readonly name: string;
  readonly a: unknown;
  readonly b: unknown;
}

/** How a table of two runs differs. */
export interface TableDifference {
  readonly table: string;
  /** Columns by which rows were matched; none where they were matched by number. */
  readonly keys: readonly string[];
  readonly rows: { readonly a: number; readonly b: number; readonly matched: number };
  readonly columns: readonly ColumnDifference[];
}

/** Two runs of one scenario beside each other: what `compare --json` prints. */
export interface RunComparison {
  readonly schema: 1;
  readonly scenario: string;
  readonly a: string;
  readonly b: string;
  /** `alike` where nothing differs but by noise. */
  readonly verdict: 'alike' | 'different';
  readonly settings: readonly SettingDifference[];
  readonly tables: readonly TableDifference[];
  /** What is wrong with files of the two folders. */
  readonly problems: readonly string[];
}

/** A run and where it is kept. */
export interface NamedRun {
  readonly folder: string;
  readonly document: RunDocument;
  readonly problems: readonly string[];
}

/** Compares two runs of the same scenario. */
export function compareRuns(a: NamedRun, b: NamedRun, figures: readonly Figure[]): RunComparison {
  const names = [...new Set([...Object.keys(a.document.tables), ...Object.keys(b.document.tables)])];
  const tables = names.map((name) =>
    compareTables(name, tableOf(a.document, name), tableOf(b.document, name), figures),
  );
  return {
    schema: 1,
    scenario: a.document.scenario,
    a: a.folder,
    b: b.folder,
    verdict: tables.every(isAlike) ? 'alike' : 'different',
    settings: settingDifferences(a.document, b.document),
    tables,
    problems: [a, b].flatMap(({ folder, problems }) => problems.map((problem) => `${folder}: ${problem}`)),
  };
}

const ABSENT: Table = { columns: [], rows: [] };

function tableOf({ tables }: RunDocument, name: string): Table {
  return Object.hasOwn(tables, name) ? tables[name]! : ABSENT;
}

function isAlike({ rows, columns }: TableDifference): boolean {
  const isWhole = rows.matched === rows.a && rows.matched === rows.b;
  return isWhole && columns.every(({ verdict }) => verdict !== 'differs' && verdict !== 'significant');
}

function compareTables(name: string, a: Table, b: Table, figures: readonly Figure[]): TableDifference {
  const keys = keyColumns(a, b);
  const pairs = keys.length === 0 ? pairsByNumber(a, b) : pairsByKey(a, b, keys);
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
  return {
    table: name,
    keys,
    rows: { a: a.rows.length, b: b.rows.length, matched: pairs.length },
    columns,
  };
}

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

function pairsByNumber(a: Table, b: Table): readonly RowPair[] {
  return a.rows.slice(0, b.rows.length).map((row, index) => [row, b.rows[index]!]);
}

function pairsByKey(a: Table, b: Table, keys: readonly string[]): readonly RowPair[] {
  const others = new Map(b.rows.map((row) => [keyOf(b, row, keys), row]));
  return a.rows.flatMap((row): RowPair[] => {
    const other = others.get(keyOf(a, row, keys));
    return other === undefined ? [] : [[row, other]];
  });
}

function settingDifferences(a: RunDocument, b: RunDocument): readonly SettingDifference[] {
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
