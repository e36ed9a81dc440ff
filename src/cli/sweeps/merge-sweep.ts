import type { Scenario } from '../../sim/scenario/scenario.js';
import { scenarioAmong } from '../../sim/scenarios/scenario-files.js';
import { Sweep } from '../../sim/sweeps/sweep.js';
import { exitCode } from '../output/error-line.js';
import { type CommandLineIo, type DrawSweep, loadScenarios } from '../output/io.js';
import { sweepFigureFiles } from '../sweep-figures/sweep-figure-files.js';
import { MERGED, type Merged, requireComplete, writeMerged } from './merged-files.js';
import { finishedShards, resultsOf } from './shard-files.js';
import { longTable, writeSweepDocument } from './sweep-document.js';
import { readIdentity } from './sweep-folder.js';

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
  async function* results() {
    for (const shard of shards) yield* resultsOf(shard);
  }
  const merged = await writeMerged(folder, identity, sweep, scenario, results);
  await writeSweepDocument(folder, identity, longTable(folder, sweep, scenario, merged.rows, results), merged, draw);
  return merged;
}

/**
 * `overtrain merge`.
 *
 * @returns the exit code: 1 where a point has no numbers or a check of one failed
 */
export async function mergeSweep(folder: string, io: CommandLineIo): Promise<number> {
  const merged = await mergeShards(folder, await loadScenarios(io), io.drawSweep);
  io.stdout.write(`${mergedText(folder, merged)}\n`);
  return mergedCode(merged);
}

/** What merging found, in one line. */
export function mergedText(folder: string, { points, rows, failed, checksFailed }: Merged): string {
  const failures = failed === 0 ? '' : `, ${failed} points without results (see the column error)`;
  const checks =
    checksFailed === 0 ? '' : `, ${checksFailed} points with a failed check (see the column failed_checks)`;
  return `${points} points, ${rows} rows${failures}${checks}: ${folder}/${MERGED.parquet} and ${MERGED.csv}`;
}

/** Exit code of a command that merged. */
export function mergedCode({ failed, checksFailed }: Merged): number {
  return failed + checksFailed === 0 ? exitCode.done : exitCode.refuted;
}
