import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { backendRecord } from '../../sim/backends/backend-list.js';
import type { Figure } from '../../sim/scenario/figure.js';
import type { RunDocument } from '../../sim/scenario/run-document.js';
import type { Compute, Scenario } from '../../sim/scenario/scenario.js';
import type { Column, Row, Table } from '../../sim/scenario/table.js';
import type { AxisForm } from '../../sim/sweeps/axis.js';
import { type PointResult, pointColumns, pointRows, sweptColumns } from '../../sim/sweeps/run-points.js';
import type { Sweep } from '../../sim/sweeps/sweep.js';
import type { DrawSweep } from '../output/terminal.js';
import { checksumOf, notWritable, writeWhole } from '../results/files.js';
import { MOST_FILE_TEXT } from '../results/read-result.js';
import { type FileSeal, FOLDER_VERSION, RUN_FILE, runJson, seal } from '../results/run-files.js';
import type { SweepAxis, SweepResult, SweepSummary } from '../sweep-figures/sweep-rows.js';
import { binnedTable } from './binned-table.js';
import { commandOf, type SweepIdentity, sweepFileOf } from './sweep-folder.js';

/** Separates the axes of a sweep from its results: what the sweep sets and what the figures of its scenario draw along are axes. */
export function summaryOf(sweep: Sweep, scenario: Scenario, rows: number): SweepSummary {
  const { definition } = sweep;
  const own = scenario.tables[definition.table]!.map(({ name }) => name);
  const figures = scenario.figures.filter((figure) => figure.table === definition.table);
  const along = new Set([
    ...figures.flatMap(placesOf),
    ...(scenario.rowOrder?.[definition.table] ?? []),
    ...scenario.figures.flatMap(({ series }) => (series === undefined ? [] : [series])),
  ]);
  const columns = sweptColumns(sweep, scenario);
  const forms = definition.axes.flatMap(formsOf);
  const swept = columns.map((column, index): SweepAxis => ({ column, ...forms[index]! }));
  const rowAxes = own
    .filter((name) => along.has(name) && !/_(theory|sim|stderr)$/.test(name))
    .map((column): SweepAxis => ({ column, form: 'row', scale: scaleIn(figures, column) }));
  const taken = new Set(rowAxes.map(({ column }) => column));
  const results = resultsAmong(
    own.filter((name) => !taken.has(name)),
    scenario.figures,
  );
  return { points: sweep.points, rows, table: 'points', axes: [...swept, ...rowAxes], results };
}

function placesOf(figure: Figure): string[] {
  const up = figure.kind === 'map' ? [figure.y.column] : [];
  return [figure.x.column, ...up, figure.series, figure.slice].filter((name) => name !== undefined);
}

function scaleIn(figures: readonly Figure[], column: string): SweepAxis['scale'] {
  const drawn = figures.find(({ x }) => x.column === column);
  if (drawn !== undefined) return drawn.x.scale;
  return figures.find(({ kind, y }) => kind === 'map' && y.column === column)?.y.scale ?? null;
}

function formsOf(axis: AxisForm): Pick<SweepAxis, 'form' | 'scale'>[] {
  if ('grid' in axis) return [{ form: 'grid', scale: axis.grid.trim().startsWith('log:') ? 'log' : 'linear' }];
  if ('list' in axis) return [{ form: 'list', scale: null }];
  if ('zip' in axis) return Object.keys(axis.zip).map(() => ({ form: 'zip', scale: null }));
  return Object.values(axis.random.parameters).map((text) => ({
    form: 'random',
    scale: text.trim().startsWith('log-uniform') ? 'log' : 'linear',
  }));
}

/** Columns that differ only in `_theory`, `_sim` and `_stderr` are one result. */
function resultsAmong(names: readonly string[], figures: readonly Figure[]): SweepResult[] {
  const there = (name: string) => (names.includes(name) ? name : null);
  const bases = new Set(names.map((name) => name.replace(/_(theory|sim|stderr)$/, '')));
  return [...bases].flatMap((base): SweepResult[] => {
    const theory = there(`${base}_theory`);
    const simulation = there(`${base}_sim`) ?? there(base);
    const drawn = figures.find(({ y }) => y.simulation !== undefined && y.simulation === simulation);
    const error = there(drawn?.y.error ?? '') ?? there(`${base}_stderr`);
    if (theory === null && simulation === null) return [];
    return [{ name: base, theory, simulation, error }];
  });
}

/**
 * More rows than this stay out of `run.json`, which is read whole, checked and put into pages; it has sums over as many bins then, and
 * the merged files have every row.
 */
export const MOST_DOCUMENT_ROWS = 20_000;

export interface Merged {
  readonly rows: number;
  readonly points: number;
  readonly failed: number;
  readonly checksFailed: number;
}

/** Counts a result that has no numbers, or of which a check failed. */
export function count({ error, failed }: PointResult, tally: { failed: number; checksFailed: number }): void {
  if (error !== null) tally.failed++;
  if (failed.length > 0) tally.checksFailed++;
}

/** Rows that go through memory at a time; also the rows of one group of the Parquet file. */
const ROWS_AT_ONCE = 50_000;

export const MERGED = { csv: 'merged.csv', parquet: 'merged.parquet' } as const;

/** The long table of a sweep, so many rows at a time as fit in memory, each time with the runs that they are of, without their rows. */
export async function* rowGroups(sweep: Sweep, scenario: Scenario, results: AsyncIterable<PointResult>) {
  let rows: Row[] = [];
  let group: PointResult[] = [];
  for await (const result of results) {
    for (const row of pointRows(sweep, scenario, result)) rows.push(row);
    group.push({ ...result, rows: [] });
    if (rows.length < ROWS_AT_ONCE) continue;
    yield { rows, group };
    rows = [];
    group = [];
  }
  if (group.length > 0) yield { rows, group };
}

/** The long table of a sweep, or of several that belong together. */
export interface LongTable {
  readonly summary: SweepSummary;
  readonly columns: readonly Column[];
  /** Gives all rows in order, each time it is called. */
  groups(): AsyncIterable<{ readonly rows: readonly Row[]; readonly group: readonly PointResult[] }>;
  /** Files of the folder that have more of it, which `run.json` seals. */
  readonly files: readonly string[];
  /** The command line that gives it again. */
  readonly command: string;
  /** Tables besides. */
  readonly others?: Readonly<Record<string, Table>>;
}

export function longTable(
  folder: string,
  sweep: Sweep,
  scenario: Scenario,
  rows: number,
  results: () => AsyncIterable<PointResult>,
): LongTable {
  return {
    summary: summaryOf(sweep, scenario, rows),
    columns: pointColumns(sweep, scenario),
    groups: () => rowGroups(sweep, scenario, results()),
    files: [MERGED.csv, MERGED.parquet],
    command: commandOf(folder),
  };
}

/**
 * Writes `run.json` beside the merged files, so that the folder of a sweep is a result folder: its table is `points`, the long
 * table, or `cells`, sums over bins of it, where that has more than {@link MOST_DOCUMENT_ROWS} rows.
 *
 * @param draw makes the files with figures, by name
 * @throws InvalidInputError where it cannot be written
 */
export async function writeSweepDocument(
  folder: string,
  identity: SweepIdentity,
  long: LongTable,
  { rows: count, failed, checksFailed, points }: Merged,
  draw: DrawSweep,
): Promise<void> {
  const { summary, table, computed } = await tableOf(long, count);
  const { definition, versions, git_commit } = identity;
  const warnings = [
    ...(failed === 0 ? [] : [`${failed} of ${points} points have no results; the column error says why`]),
    ...(checksFailed === 0
      ? []
      : [`checks failed at ${checksFailed} of ${points} points; see the column failed_checks`]),
  ];
  if (summary.table === 'cells')
    warnings.unshift(
      `${count} rows are too many for one page: the table cells has sums over ${table.rows.length} bins; ${long.files.join(' and ') || 'the folders of its levels'} have every row`,
    );
  const file = JSON.stringify(sweepFileOf(definition), null, 2);
  const document: RunDocument & { readonly sweep: SweepSummary } = {
    ...{ schema: 1, scenario: definition.scenario, params: definition.params, seed: definition.seed },
    compute: computeOf(computed, definition.backend),
    ...{ tables: { [summary.table]: table, ...long.others } },
    sweep: { ...summary, ...(file.length <= MOST_FILE_TEXT && { file }) },
    ...{ checks: [], warnings, diverged: [], versions, network_steps: 0, elapsed_ms: 0 },
  };
  try {
    const files: [string, FileSeal][] = [];
    for (const name of long.files) files.push([name, await sealOf(join(folder, name))]);
    for (const [name, contents] of await draw(summary, table)) {
      await writeWhole(join(folder, name), (file) => file.writeFile(contents));
      files.push([name, seal(contents)]);
    }
    const record = {
      folder: FOLDER_VERSION,
      command: long.command,
      git_commit,
      finished: new Date().toISOString(),
      files: Object.fromEntries(files),
    } as const;
    await writeWhole(join(folder, RUN_FILE), (file) => file.writeFile(runJson(document, record)));
  } catch (error) {
    throw notWritable(folder, error, 'the merged files are complete');
  }
}

/** The table of a document, and what ran for the first point that has numbers. */
async function tableOf({ summary, columns, groups }: LongTable, count: number) {
  let computed: string | null = null;
  async function* parts() {
    for await (const { rows, group } of groups()) {
      computed ??= group.find(({ compute }) => compute !== null)?.compute ?? null;
      yield rows;
    }
  }
  if (count > MOST_DOCUMENT_ROWS) {
    const binned = await binnedTable(summary, columns, parts, MOST_DOCUMENT_ROWS);
    return { ...binned, computed };
  }
  const rows: Row[] = [];
  for await (const part of parts()) for (const row of part) rows.push(row);
  return { summary, table: { columns, rows }, computed };
}

/** Size and checksum of a file, which may be too large for memory. */
async function sealOf(path: string): Promise<FileSeal> {
  const { size } = await stat(path);
  return { bytes: size, sha256: (await checksumOf(path, size)) ?? '' };
}

/** Of the first point that has numbers; the column `compute` has that of each. */
function computeOf(computed: string | null, requested: string): Compute {
  const [engine = 'exact', backend = 'host'] = (computed ?? '').split('/');
  return {
    engine: (engine === '' ? 'exact' : engine) as Compute['engine'],
    ...{ backend, requested, device: 'several points side by side' },
    // Closed forms, on the host, are computed in float64.
    precision: backendRecord(backend)?.precision ?? 'f64',
    reason: 'a sweep: the column compute says what ran for each point',
  };
}
