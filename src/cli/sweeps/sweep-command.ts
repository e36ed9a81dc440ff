import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Scenario } from '../../sim/scenario/scenario.js';
import { scenarioById } from '../../sim/scenarios/scenario-list.js';
import { Sweep } from '../../sim/sweeps/sweep.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { exitCode } from '../output/error-line.js';
import { type CommandLineIo, loadScenarios } from '../output/io.js';
import { durationText } from '../output/progress-line.js';
import { shellWord } from '../run/reproduce.js';
import { mergedCode, mergedText, mergeShards } from './merged-files.js';
import { runShard, type ShardOutcome } from './run-shard.js';
import { listText, readShard, type Shard, shardText } from './shard-list.js';
import { queuedTasks, type ShardState, shardCounts, shardStates } from './status-command.js';
import { type Submission, submissionFile } from './submit-command.js';
import { readSweepFile, type SweepRequest } from './sweep-file.js';
import { commandOf, enterSweepFolder, readIdentity, sweepIdentity } from './sweep-folder.js';

/** How far a sweep is. */
export interface SweepProgress {
  readonly scenario: Scenario;
  readonly sweep: Sweep;
  /** Shards into which it is cut. */
  readonly count: number;
  /** Every shard of that cut, and those of other cuts that hold something. */
  readonly shown: readonly ShardState[];
  /** What computes the shards that failed or are missing; null where there are none. */
  readonly command: string | null;
}

/**
 * Looks how far a sweep is.
 *
 * @throws InvalidInputError where the folder is of no sweep, or of a scenario that is not among those given
 */
export async function sweepProgress(folder: string, scenarios: readonly Scenario[]): Promise<SweepProgress> {
  const identity = await readIdentity(folder);
  const sweep = new Sweep(identity.definition);
  const scenario = scenarioById(identity.definition.scenario, scenarios);
  const submission = await readSubmission(folder);
  const counts = await shardCounts(folder);
  const asked = submission === undefined ? counts : [submission.shards, ...counts];
  const cuts = [...new Set(asked.length === 0 ? [1] : asked)];
  const states: ShardState[] = [];
  for (const count of cuts) states.push(...(await shardStates(folder, sweep, scenario, count)));
  const queued = submission === undefined ? new Set() : await queuedTasks(submission.jobs[0] ?? '');
  for (const [place, one] of states.entries())
    if (one.shard.count === submission?.shards && isIdle(one) && queued.has(one.shard.index))
      states[place] = { ...one, state: 'queued' };
  // Shards of another cut count only where they hold something.
  const shown = states.filter(({ shard, state }) => shard.count === cuts[0] || state !== 'missing');
  const again = shown.filter((one) => one.shard.count === cuts[0] && isIdle(one));
  return { scenario, sweep, count: cuts[0]!, shown, command: commandFor(folder, again, submission) };
}

function isIdle({ state }: ShardState): boolean {
  return state === 'failed' || state === 'missing';
}

function commandFor(
  folder: string,
  again: readonly ShardState[],
  submission: Submission | undefined,
): string | null {
  const [first] = again;
  if (first === undefined) return null;
  const list = listText(again.map(({ shard }) => shard.index));
  const { count } = first.shard;
  if (submission !== undefined) {
    const options = submission.options.length === 0 ? [] : ['--', ...submission.options];
    const words = ['--out', folder, '--shards', `${count}`, '--only', list, ...options];
    return ['overtrain', 'submit', 'slurm', submission.file, ...words].map(shellWord).join(' ');
  }
  const out = shellWord(folder);
  if (count === 1) return `${commandOf(folder)} --out ${out} --resume`;
  const indices = again.map(({ shard }) => shard.index).join(' ');
  return `for i in ${indices}; do ${commandOf(folder)} --out ${out} --shard $i/${count} --resume; done`;
}

async function readSubmission(folder: string): Promise<Submission | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, submissionFile), 'utf8')) as Submission;
  } catch {
    return undefined;
  }
}

/** What the `sweep` command was told. */
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
    const { sweepTemplate } = await import('./sweep-file.js');
    io.stdout.write(sweepTemplate);
    return exitCode.done;
  }
  const shard = readShard(options.shard, io.env);
  const threads = readThreads(options.threads, io.env);
  const request = await readSweepFile(file, options.out, await loadScenarios(io));
  if (options.dryRun) {
    const { printEstimate } = await import('./estimate.js');
    await printEstimate(request, { shard, threads }, io);
    return exitCode.done;
  }
  if (options.find !== undefined) return search(request, options.find, shard, threads, options, io);
  refuseLevels(options.levels);
  const folder = requireFolder(request);
  const identity = await sweepIdentity(request.sweep.definition);
  const resume = options.resume === true;
  await enterSweepFolder(folder, identity, resume || shard !== undefined);
  const outcome = await runShard(
    request,
    {
      ...{ folder, identity, resume, threads },
      shard: shard ?? { index: 1, count: 1 },
      quiet: options.quiet === true,
    },
    io,
  );
  if (shard !== undefined) {
    const done = outcome === undefined ? 'was finished before' : outcomeText(outcome);
    io.stdout.write(`shard ${shardText(shard)}: ${done}\n`);
    return exitCode.done;
  }
  const merged = await mergeShards(folder, await loadScenarios(io));
  io.stdout.write(`${outcome === undefined ? 'the sweep was finished before' : outcomeText(outcome)}\n`);
  io.stdout.write(`${mergedText(folder, merged)}\n`);
  return mergedCode(merged);
}

async function search(
  request: SweepRequest,
  find: string,
  shard: Shard | undefined,
  threads: number,
  { resume, quiet, levels }: SweepCommandOptions,
  io: CommandLineIo,
): Promise<number> {
  if (shard !== undefined)
    throw new InvalidInputError(
      '--find',
      find,
      'the whole sweep, without --shard: each level needs the one before',
    );
  const { findBoundary, readFind } = await import('./find-boundary.js');
  const count = readFind(find, levels);
  const options = { levels: count, threads, resume: resume === true, quiet: quiet === true };
  return findBoundary(request, options, io);
}

function refuseLevels(levels: string | undefined): void {
  if (levels !== undefined)
    throw new InvalidInputError('--levels', levels, 'to be given together with --find');
}

/**
 * The folder of a sweep.
 *
 * @throws InvalidInputError where neither the file nor the command line names one
 */
export function requireFolder({ folder }: SweepRequest): string {
  if (folder !== undefined) return folder;
  throw new InvalidInputError(
    '--out',
    folder,
    'a folder for the results, here or as output.folder of the file',
  );
}

function outcomeText({ points, before, failed, checksFailed, elapsedMs }: ShardOutcome): string {
  const now = points - before;
  const pace = now > 0 ? `, ${Number(((1000 * now) / elapsedMs).toPrecision(3))} points/s` : '';
  const kept = before > 0 ? ` (${before} of them before)` : '';
  const failures = `${failed} failed, ${checksFailed} with a failed check`;
  return `${points} points${kept} in ${durationText(elapsedMs)}${pace}, ${failures}`;
}

/** As many threads as the user or the scheduler says, or one for each core. */
function readThreads(text: string | undefined, env: CommandLineIo['env']): number {
  const given = text ?? env.SLURM_CPUS_PER_TASK;
  if (given === undefined) return availableParallelism();
  const threads = /^\d{1,4}$/.test(given.trim()) ? Number(given) : Number.NaN;
  if (threads >= 1 && threads <= MOST_THREADS) return threads;
  const option = text === undefined ? 'SLURM_CPUS_PER_TASK' : '--threads';
  throw new InvalidInputError(option, given, `an integer from 1 to ${MOST_THREADS}`);
}
