import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { exitCode } from '../output/error-line.js';
import { durationText } from '../output/progress-line.js';
import { type CommandLineIo, loadScenarios } from '../output/terminal.js';
import { mergedCode, mergedText, mergeShards } from './merge-sweep.js';
import { printEstimate, runShard } from './run-shard.js';
import { readCount, readShard, shardText } from './shards.js';
import { readSweepFile } from './sweep-file.js';
import { enterSweepFolder, requireFolder, sweepIdentity } from './sweep-folder.js';

export interface SweepCommandOptions {
  readonly out?: string;
  readonly shard?: string;
  readonly resume?: true;
  readonly dryRun?: true;
  readonly init?: true;
  readonly threads?: string;
  readonly find?: string;
  readonly levels?: string;
  readonly quiet?: true;
}

/** A sweep file that runs as it stands and explains itself. */
const TEMPLATE = new URL('../../../examples/sweep.yaml', import.meta.url);
const MOST_THREADS = 1024;

/**
 * `overtrain sweep`: the whole sweep on this machine, or one shard of it.
 *
 * @returns the exit code: of a whole sweep 1 where a point has no numbers or a check failed
 * @throws InvalidInputError for a wrong request, before anything is computed
 * @throws DOMException `AbortError` when interrupted; finished points are kept
 */
export async function runSweep(
  file: string | undefined,
  options: SweepCommandOptions,
  io: CommandLineIo,
): Promise<number> {
  if (options.init) {
    io.stdout.write(readFileSync(TEMPLATE, 'utf8'));
    return exitCode.done;
  }
  const shard = readShard(options.shard, io.env);
  const threads = readThreads(options.threads, io.env);
  const request = await readSweepFile(file, options.out, await loadScenarios(io));
  if (options.dryRun) {
    await printEstimate(request, { shard, threads }, io);
    return exitCode.done;
  }
  const resume = options.resume === true;
  const quiet = options.quiet === true;
  if (options.find !== undefined) {
    const whole = 'the whole sweep, without --shard, since each level needs the one before';
    if (shard !== undefined) throw new InvalidInputError('--find', options.find, whole);
    const { findBoundary, readFind } = await import('./find-boundary.js');
    const levels = readFind(options.find, options.levels);
    return findBoundary(request, { levels, threads, resume, quiet }, io);
  }
  if (options.levels !== undefined)
    throw new InvalidInputError('--levels', options.levels, 'to be used together with --find');
  const folder = requireFolder(request);
  const identity = await sweepIdentity(request.sweep.definition);
  await enterSweepFolder(folder, identity, resume || shard !== undefined);
  const outcome = await runShard(
    request,
    { folder, identity, resume, threads, quiet, shard: shard ?? { index: 1, count: 1 } },
    io,
  );
  if (shard !== undefined) {
    const done = outcome === undefined ? 'was already finished' : outcomeText(outcome);
    io.stdout.write(`shard ${shardText(shard)}: ${done}\n`);
    return exitCode.done;
  }
  const merged = await mergeShards(folder, await loadScenarios(io), io.drawSweep);
  io.stdout.write(`${outcome === undefined ? 'the sweep was already finished' : outcomeText(outcome)}\n`);
  io.stdout.write(`${mergedText(folder, merged)}\n`);
  return mergedCode(merged);
}

function outcomeText(outcome: NonNullable<Awaited<ReturnType<typeof runShard>>>): string {
  const { points, before, failed, checksFailed, elapsedMs } = outcome;
  const now = points - before;
  const pace = now > 0 ? `, ${Number(((1000 * now) / elapsedMs).toPrecision(3))} points/s` : '';
  const kept = before > 0 ? ` (${before} of them earlier)` : '';
  const failures = `${failed} failed, ${checksFailed} with a failed check`;
  return `${points} points${kept} in ${durationText(elapsedMs)}${pace}, ${failures}`;
}

/** As many threads as the user or the scheduler says, or one for each core. */
function readThreads(text: string | undefined, env: CommandLineIo['env']): number {
  const given = text ?? env.SLURM_CPUS_PER_TASK;
  if (given === undefined) return availableParallelism();
  return readCount(text === undefined ? 'SLURM_CPUS_PER_TASK' : '--threads', given, 1, MOST_THREADS);
}
