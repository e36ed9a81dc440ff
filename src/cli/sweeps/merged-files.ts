import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scenario } from '../../sim/scenario/scenario.js';
import type { Row } from '../../sim/scenario/table.js';
import { type PointResult, pointColumns, pointRows } from '../../sim/sweeps/run-points.js';
import type { Sweep } from '../../sim/sweeps/sweep.js';
import { csvText } from '../output/csv.js';
import { flushFolder } from '../results/durable-files.js';
import { codeOf, notWritable } from '../results/file-errors.js';
import { ColumnTypes, TableWriter } from './parquet-writer.js';
import type { SweepIdentity } from './sweep-folder.js';

/** What merging found. */
export interface Merged {
  readonly rows: number;
  readonly points: number;
  readonly failed: number;
  readonly checksFailed: number;
}

/** Rows that go through memory at a time; also the rows of one group of the Parquet file. */
const ROWS_AT_ONCE = 50_000;

/** Names of the merged files. */
export const MERGED = { csv: 'merged.csv', parquet: 'merged.parquet' } as const;

/**
 * Writes the long table of a sweep as CSV and as Parquet. The bytes are a function of the results alone, whatever the shards
 * and the order in which they came. Both files are there whole, or what was there before stays.
 *
 * @param results gives all results in order, each time it is called
 * @throws InvalidInputError where they cannot be written
 */
export async function writeMerged(
  folder: string,
  { definition, versions }: SweepIdentity,
  sweep: Sweep,
  scenario: Scenario,
  results: () => AsyncGenerator<PointResult, void, undefined>,
): Promise<Merged> {
  const columns = pointColumns(sweep, scenario);
  const types = new ColumnTypes(columns.length);
  const tally = { rows: 0, points: 0, failed: 0, checksFailed: 0 };
  const groups = () => rowGroups(sweep, scenario, results());
  const csv = async (file: FileHandle) => {
    await file.appendFile(csvText({ columns, rows: [] }));
    for await (const { rows, group } of groups()) {
      await file.appendFile(withoutHeader(csvText({ columns, rows })));
      types.see(rows);
      tally.rows += rows.length;
      tally.points += group.length;
      for (const { error, failed } of group) {
        if (error !== null) tally.failed++;
        if (failed.length > 0) tally.checksFailed++;
      }
    }
  };
  const parquet = async (file: FileHandle) => {
    const metadata = { schema: 1, scenario: scenario.id, table: 'points', sweep: definition, columns };
    const writer = await TableWriter.open(file, columns, types, metadata, versions.overtrain ?? 'unknown');
    for await (const { rows } of groups()) await writer.write(rows);
    await writer.finish();
  };
  const written: [string, string][] = [];
  try {
    for (const [name, write] of [
      [MERGED.csv, csv],
      [MERGED.parquet, parquet],
    ] as const) {
      const temporary = join(folder, `.${name}.${randomBytes(6).toString('hex')}`);
      written.push([temporary, join(folder, name)]);
      const file = await open(temporary, 'wx');
      try {
        await write(file);
        await file.sync();
      } finally {
        await file.close();
      }
    }
    for (const [temporary, path] of written) await rename(temporary, path);
    await flushFolder(folder);
  } catch (error) {
    for (const [temporary] of written) await rm(temporary, { force: true }).catch(() => {});
    throw codeOf(error) !== undefined
      ? notWritable(folder, error, 'the shards are kept: make room, then overtrain merge')
      : error;
  }
  return tally;
}

function withoutHeader(text: string): string {
  return text.slice(text.indexOf('\n') + 1);
}

/** Rows of the long table that stand beside each other, and the runs that they are of, without their rows. */
export interface RowGroup {
  readonly rows: readonly Row[];
  readonly group: readonly PointResult[];
}

/** The long table of a sweep, so many rows at a time as fit in memory. */
export async function* rowGroups(
  sweep: Sweep,
  scenario: Scenario,
  results: AsyncGenerator<PointResult, void, undefined>,
): AsyncGenerator<RowGroup, void, undefined> {
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
