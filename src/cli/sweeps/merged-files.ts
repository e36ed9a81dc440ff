import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ParquetWriter } from 'hyparquet-writer';
import type { Scenario } from '../../sim/scenario/scenario.js';
import type { Cell, Column, Row } from '../../sim/scenario/table.js';
import { type PointResult, pointColumns, pointRows } from '../../sim/sweeps/run-points.js';
import type { Sweep } from '../../sim/sweeps/sweep.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { csvText } from '../output/text-table.js';
import { codeOf, flushFolder, notWritable } from '../results/files.js';
import { PARQUET_METADATA_KEY } from '../results/parquet-files.js';
import type { FinishedShard } from './shard-files.js';
import { shardText } from './shard-list.js';
import type { SweepIdentity } from './sweep-folder.js';

const MOST_NAMED = 5;

/**
 * Makes sure that finished shards hold every point of a sweep exactly once.
 *
 * @param shards sorted by their points
 * @throws InvalidInputError naming the points that are missing and those that are there twice, and in which shards
 */
export function requireComplete(folder: string, shards: readonly FinishedShard[], points: number): void {
  const missing: string[] = [];
  const twice: string[] = [];
  let covered = 0;
  for (const { head } of shards) {
    if (head.from > covered) missing.push(rangeText(covered, head.from));
    if (head.from < covered && head.from < head.to)
      twice.push(`${rangeText(head.from, Math.min(covered, head.to))} in ${shardText(head)}`);
    covered = Math.max(covered, head.to);
  }
  if (covered < points) missing.push(rangeText(covered, points));
  if (missing.length === 0 && twice.length === 0) return;
  const lacks = missing.length === 0 ? [] : [`missing: ${named(missing)}${missingShards(shards)}`];
  const doubles = twice.length === 0 ? [] : [`present twice: ${named(twice)}`];
  throw new InvalidInputError(
    'folder',
    folder,
    `a folder with each of ${points} points exactly once; ${[...lacks, ...doubles].join('; ')} (overtrain status has details)`,
  );
}

function missingShards(shards: readonly FinishedShard[]): string {
  const [total, ...others] = new Set(shards.map(({ head }) => head.count));
  if (total === undefined || others.length > 0) return '';
  const there = new Set(shards.map(({ head }) => head.index));
  const absent = Array.from({ length: total }, (_, n) => n + 1).filter((index) => !there.has(index));
  if (absent.length === 0) return '';
  return ` (shards ${named(absent.map((index) => shardText({ index, count: total })))})`;
}

function rangeText(from: number, to: number): string {
  return to - from === 1 ? `point ${from}` : `points ${from} to ${to - 1}`;
}

function named(all: readonly string[]): string {
  const more = all.length > MOST_NAMED ? ` and ${all.length - MOST_NAMED} more` : '';
  return `${all.slice(0, MOST_NAMED).join(', ')}${more}`;
}

/** Which kinds of values the columns of a long table hold, gathered as its rows go by. */
export class ColumnTypes {
  private readonly kinds: readonly Set<string>[];

  constructor(count: number) {
    this.kinds = Array.from({ length: count }, () => new Set<string>());
  }

  /** Takes note of some rows. */
  see(rows: readonly Row[]): void {
    for (const row of rows)
      row.forEach((cell, index) => {
        if (cell !== null) this.kinds[index]!.add(typeof cell);
      });
  }

  /** Type of a column; one without a value counts as numbers. */
  at(index: number): 'DOUBLE' | 'BOOLEAN' | 'STRING' {
    const kinds = this.kinds[index]!;
    if (kinds.size === 0 || (kinds.size === 1 && kinds.has('number'))) return 'DOUBLE';
    return kinds.size === 1 && kinds.has('boolean') ? 'BOOLEAN' : 'STRING';
  }
}

/** Writes a table as Parquet group by group, so that it need not be in memory; columns as in `parquetFiles`. */
export class TableWriter {
  private constructor(
    private readonly writer: ParquetWriter,
    private readonly columns: readonly Column[],
    private readonly types: ColumnTypes,
  ) {}

  /** Begins a file. */
  static async open(
    file: FileHandle,
    columns: readonly Column[],
    types: ColumnTypes,
    metadata: object,
    version: string,
  ): Promise<TableWriter> {
    const { ByteWriter, ParquetWriter, schemaFromColumnData } = await import('hyparquet-writer');
    const bytes = new ByteWriter();
    const flush = async () => {
      await file.appendFile(new Uint8Array(bytes.buffer, 0, bytes.index));
      bytes.index = 0;
    };
    const columnData = columns.map(({ name }, index) => ({
      ...{ name, type: types.at(index), nullable: true },
      data: [],
    }));
    const writer = new ParquetWriter({
      writer: Object.assign(bytes, { flush, finish: flush }),
      schema: schemaFromColumnData({ columnData }),
      kvMetadata: [{ key: PARQUET_METADATA_KEY, value: JSON.stringify(metadata) }],
      createdBy: `overtrain version ${version}`,
    });
    return new TableWriter(writer, columns, types);
  }

  /** Writes some rows as one group. */
  async write(rows: readonly Row[]): Promise<void> {
    const columnData = this.columns.map(({ name }, index) => ({
      name,
      data: rows.map((row) => parquetCell(row[index]!, this.types.at(index))),
    }));
    await this.writer.write({ columnData, rowGroupSize: rows.length });
  }

  /** Ends the file. */
  async finish(): Promise<void> {
    await this.writer.finish();
  }
}

function parquetCell(cell: Cell, type: string): Cell {
  if (cell === null || (typeof cell === 'number' && !Number.isFinite(cell))) return null;
  return type === 'STRING' ? String(cell) : cell;
}

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
      ? notWritable(folder, error, 'the shards are safe: free some space, then run overtrain merge')
      : error;
  }
  return tally;
}

function withoutHeader(text: string): string {
  return text.slice(text.indexOf('\n') + 1);
}

/** Neighbouring rows of the long table, and the runs that they are of, without their rows. */
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
