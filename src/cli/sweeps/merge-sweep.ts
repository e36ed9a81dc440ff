import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scenario } from '../../sim/scenario/scenario.js';
import { scenarioAmong } from '../../sim/scenarios/scenario-files.js';
import { type PointResult, pointColumns } from '../../sim/sweeps/run-points.js';
import { Sweep } from '../../sim/sweeps/sweep.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { exitCode } from '../output/error-line.js';
import { type CommandLineIo, type DrawSweep, loadScenarios } from '../output/terminal.js';
import { csvText } from '../output/text-table.js';
import { flushFolder, notWritable, writeWhole } from '../results/files.js';
import { PARQUET_METADATA_KEY, parquetCell, parquetType } from '../results/parquet-files.js';
import { sweepFigureFiles } from '../sweep-figures/sweep-figure-files.js';
import { type FinishedShard, finishedShards, resultsOfAll, shardText } from './shards.js';
import { count, longTable, MERGED, type Merged, rowGroups, writeSweepDocument } from './sweep-document.js';
import { readIdentity, type SweepIdentity } from './sweep-folder.js';

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

/**
 * Writes the long table of a sweep as CSV and as Parquet. The bytes are a function of the results alone, whatever the shards
 * and the order in which they came. Both files are there whole, or what was there before stays. Rows go to the files group by group,
 * so that the table need not be in memory.
 *
 * @param results gives all results in order, each time it is called
 * @throws InvalidInputError where they cannot be written
 */
async function writeMerged(
  folder: string,
  { definition, versions }: SweepIdentity,
  sweep: Sweep,
  scenario: Scenario,
  results: () => AsyncIterable<PointResult>,
): Promise<Merged> {
  const columns = pointColumns(sweep, scenario);
  const kinds = columns.map(() => new Set<string>());
  const tally = { rows: 0, points: 0, failed: 0, checksFailed: 0 };
  const groups = () => rowGroups(sweep, scenario, results());
  const csv = async (file: FileHandle) => {
    await file.appendFile(csvText({ columns, rows: [] }));
    for await (const { rows, group } of groups()) {
      const text = csvText({ columns, rows });
      await file.appendFile(text.slice(text.indexOf('\n') + 1));
      for (const row of rows)
        row.forEach((cell, index) => {
          if (cell !== null) kinds[index]!.add(typeof cell);
        });
      tally.rows += rows.length;
      tally.points += group.length;
      for (const result of group) count(result, tally);
    }
  };
  const parquet = async (file: FileHandle) => {
    const { ByteWriter, ParquetWriter, schemaFromColumnData } = await import('hyparquet-writer');
    const metadata = { schema: 1, scenario: scenario.id, table: 'points', sweep: definition, columns };
    const types = kinds.map(parquetType);
    const bytes = new ByteWriter();
    const flush = async () => {
      await file.appendFile(new Uint8Array(bytes.buffer, 0, bytes.index));
      bytes.index = 0;
    };
    const columnData = columns.map(({ name }, index) => ({ name, type: types[index]!, nullable: true, data: [] }));
    const writer = new ParquetWriter({
      writer: Object.assign(bytes, { flush, finish: flush }),
      schema: schemaFromColumnData({ columnData }),
      kvMetadata: [{ key: PARQUET_METADATA_KEY, value: JSON.stringify(metadata) }],
      createdBy: `overtrain version ${versions.overtrain ?? 'unknown'}`,
    });
    for await (const { rows } of groups()) {
      const cells = (index: number) => rows.map((row) => parquetCell(row[index]!, types[index]!));
      const data = columns.map(({ name }, index) => ({ name, data: cells(index) }));
      await writer.write({ columnData: data, rowGroupSize: rows.length });
    }
    await writer.finish();
  };
  try {
    // The Parquet file needs the types of the columns, which are known once the CSV file is written; both get their names at the end.
    await writeWhole(join(folder, MERGED.csv), async (file) => {
      await csv(file);
      await file.sync();
      await writeWhole(join(folder, MERGED.parquet), parquet);
    });
    await flushFolder(folder);
  } catch (error) {
    throw notWritable(folder, error, 'the shards are safe: free some space, then run overtrain merge');
  }
  return tally;
}

/**
 * Puts the shards of a sweep together: `merged.csv` and `merged.parquet`, with the bytes of an unsharded run.
 *
 * @param draw makes the files with figures
 * @throws InvalidInputError naming points that are missing or there twice, files that are damaged or of another sweep
 */
export async function mergeShards(
  folder: string,
  scenarios: readonly Scenario[],
  draw: DrawSweep = sweepFigureFiles,
): Promise<Merged> {
  const identity = await readIdentity(folder);
  const sweep = new Sweep(identity.definition);
  const scenario = scenarioAmong(identity.definition.scenario, scenarios);
  const shards = await finishedShards(folder, identity.hash);
  requireComplete(folder, shards, sweep.points);
  const results = () => resultsOfAll(shards);
  const merged = await writeMerged(folder, identity, sweep, scenario, results);
  await writeSweepDocument(folder, identity, longTable(folder, sweep, scenario, merged.rows, results), merged, draw);
  return merged;
}

/** `overtrain merge`. @returns the exit code: 1 where a point has no numbers or a check of one failed */
export async function mergeSweep(folder: string, io: CommandLineIo): Promise<number> {
  const merged = await mergeShards(folder, await loadScenarios(io), io.drawSweep);
  io.stdout.write(`${mergedText(folder, merged)}\n`);
  return mergedCode(merged);
}

export function mergedText(folder: string, { points, rows, failed, checksFailed }: Merged): string {
  const failures = failed === 0 ? '' : `, ${failed} points without results (see the column error)`;
  const checks =
    checksFailed === 0 ? '' : `, ${checksFailed} points with a failed check (see the column failed_checks)`;
  return `${points} points, ${rows} rows${failures}${checks}: ${folder}/${MERGED.parquet} and ${MERGED.csv}`;
}

export function mergedCode({ failed, checksFailed }: Merged): number {
  return failed + checksFailed === 0 ? exitCode.done : exitCode.refuted;
}
