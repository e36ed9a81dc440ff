import { randomBytes } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { RunDocument } from '../../sim/scenario/run-document.js';
import type { Compute, Scenario } from '../../sim/scenario/scenario.js';
import type { Column, Row, Table } from '../../sim/scenario/table.js';
import { type PointResult, pointColumns } from '../../sim/sweeps/run-points.js';
import type { Sweep } from '../../sim/sweeps/sweep.js';
import { checksumOf } from '../results/bounded-file.js';
import { codeOf, notWritable } from '../results/file-errors.js';
import { RUN_FILE } from '../results/run-files.js';
import { type FileSeal, FOLDER_VERSION, runJson, seal } from '../results/run-json.js';
import { MOST_FILE_TEXT } from '../results/stored-schema.js';
import type { SweepSummary } from '../sweep-figures/sweep-summary.js';
import { binnedTable } from './binned-table.js';
import { MERGED, type Merged, type RowGroup, rowGroups } from './merged-files.js';
import { commandOf, sweepFileOf } from './recorded-sweep.js';
import { summaryOf } from './sweep-axes.js';
import type { SweepIdentity } from './sweep-folder.js';

/**
 * More rows than this stay out of `run.json`, which is read whole, checked and put into pages; it has sums over as many bins then, and
 * the merged files have every row.
 */
export const MOST_DOCUMENT_ROWS = 20_000;

/** The long table of a sweep, or of several that belong together. */
export interface LongTable {
  readonly summary: SweepSummary;
  readonly columns: readonly Column[];
  /** Gives all rows in order, each time it is called. */
  groups(): AsyncGenerator<RowGroup, void, undefined>;
  /** Files of the folder that have more of it, which `run.json` seals. */
  readonly files: readonly string[];
  /** The command line that gives it again. */
  readonly command: string;
  /** Tables besides. */
  readonly others?: Readonly<Record<string, Table>>;
}

/** Draws the figures of a sweep as files, by name. */
export type DrawSweep = (
  summary: SweepSummary,
  table: Table,
) => Promise<ReadonlyMap<string, string | Uint8Array>>;

/** The long table of one sweep. */
export function longTable(
  folder: string,
  sweep: Sweep,
  scenario: Scenario,
  rows: number,
  results: () => AsyncGenerator<PointResult, void, undefined>,
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
  const path = join(folder, RUN_FILE);
  const { summary, table, computed } = await tableOf(long, count);
  const { definition, versions, git_commit } = identity;
  const warnings = [
    ...(failed === 0 ? [] : [`${failed} of ${points} points have no numbers; the column error says why`]),
    ...(checksFailed === 0
      ? []
      : [`a check of ${checksFailed} of ${points} points failed; see failed_checks`]),
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
      await writeWhole(join(folder, name), contents);
      files.push([name, seal(contents)]);
    }
    const record = {
      folder: FOLDER_VERSION,
      command: long.command,
      git_commit,
      finished: new Date().toISOString(),
      files: Object.fromEntries(files),
    } as const;
    await writeWhole(path, runJson(document, record));
  } catch (error) {
    throw codeOf(error) === undefined ? error : notWritable(folder, error, 'the merged files are whole');
  }
}

interface DocumentTable {
  readonly summary: SweepSummary;
  readonly table: Table;
  /** What ran for the first point that has numbers. */
  readonly computed: string | null;
}

async function tableOf({ summary, columns, groups }: LongTable, count: number): Promise<DocumentTable> {
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

/** A file that is there whole, or what was there before stays. */
async function writeWhole(path: string, contents: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(temporary, contents, { flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** Of the first point that has numbers; the column `compute` has that of each. */
function computeOf(computed: string | null, requested: string): Compute {
  const [engine = 'exact', backend = 'host'] = (computed ?? '').split('/');
  const inFloat64 = ['host', 'reference', 'simd64', ''].includes(backend);
  return {
    engine: (engine === '' ? 'exact' : engine) as Compute['engine'],
    ...{ backend, requested, device: 'several points side by side' },
    precision: inFloat64 ? 'f64' : 'f32',
    reason: 'a sweep: the column compute says what ran for each point',
  };
}
