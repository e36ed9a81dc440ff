import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Scenario } from '../../sim/scenario/scenario.js';
import { scenarioAmong } from '../../sim/scenarios/scenario-files.js';
import { PointCosts } from '../../sim/sweeps/point-cost.js';
import { Sweep, shardRanges } from '../../sim/sweeps/sweep.js';
import { exitCode } from '../output/error-line.js';
import { type CommandLineIo, loadScenarios } from '../output/terminal.js';
import { codeOf } from '../results/files.js';
import { type LockOwner, lockOwners, mayLive } from '../results/folder-lock.js';
import { shellWord } from '../settings/run-request.js';
import { shardPlaces, TASK_FILE } from './shard-store.js';
import { isBatch, listText, readFrames, type Shard, shardFileNames, shardOfStem } from './shards.js';
import { commandOf, readIdentity } from './sweep-folder.js';

export interface ShardState {
  readonly shard: Shard;
  /** `queued`: a scheduler will compute it; `failed`: it was begun, and no process that could be alive works on it. */
  readonly state: 'done' | 'running' | 'queued' | 'failed' | 'missing';
  readonly kept: number;
  readonly points: number;
  readonly owner: LockOwner | undefined;
}

/** Numbers of shards into which a sweep's folder has been cut so far, in ascending order. */
async function shardCounts(folder: string): Promise<number[]> {
  const counts = new Set<number>();
  for (const name of await shardFileNames(folder)) {
    const shard = shardOfStem(name.replace(/\.(shard|partial)$/, ''));
    if (shard !== undefined) counts.add(shard.count);
  }
  return [...counts].sort((a, b) => a - b);
}

async function shardStates(folder: string, sweep: Sweep, scenario: Scenario, count: number): Promise<ShardState[]> {
  const names = new Set(await shardFileNames(folder));
  const ranges = shardRanges(sweep.points, new PointCosts(sweep, scenario), count);
  const states: ShardState[] = [];
  for (const [place, { from, to }] of ranges.entries()) {
    const shard = { index: place + 1, count };
    const { finished, partial } = shardPlaces(folder, shard);
    const points = to - from;
    const has = (path: string) => names.has(basename(path));
    if (has(finished)) states.push({ shard, state: 'done', kept: points, points, owner: undefined });
    else if (!has(partial)) states.push({ shard, state: 'missing', kept: 0, points, owner: undefined });
    else states.push({ shard, points, ...(await begunState(partial, finished, points)) });
  }
  return states;
}

type Progress = Pick<ShardState, 'state' | 'kept' | 'owner'>;

/** The state of a shard that was begun when the folder was looked at; it may be finished by now, and its journals gone. */
async function begunState(partial: string, finished: string, points: number): Promise<Progress> {
  try {
    const begun = await journalState(partial);
    return existsSync(finished) ? { state: 'done', kept: points, owner: undefined } : begun;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    const state = existsSync(finished) ? 'done' : 'missing';
    return { state, kept: state === 'done' ? points : 0, owner: undefined };
  }
}

async function journalState(partial: string): Promise<Progress> {
  const kept = new Map<number, number>();
  const names = await readdir(partial);
  for (const name of names.filter((one) => one.endsWith('.journal')))
    for await (const { content } of readFrames(join(partial, name)))
      if (isBatch(content)) kept.set(content.from, content.to - content.from);
  const total = [...kept.values()].reduce((sum, size) => sum + size, 0);
  for (const owner of await lockOwners(partial)) {
    const lives = owner.host === hostname() ? mayLive(owner) : await jobLives(partial);
    if (lives) return { state: 'running', kept: total, owner };
  }
  return { state: 'failed', kept: total, owner: undefined };
}

/** Tasks of an array job that Slurm still has in its queue, or is running; none where there is no Slurm to ask. */
async function queuedTasks(job: string): Promise<ReadonlySet<number>> {
  const text = await squeue('--array', '--format=%K', `--jobs=${job}`).catch(() => '');
  return new Set(text === '' ? [] : text.split('\n').map(Number));
}

async function squeue(...argv: readonly string[]): Promise<string> {
  return (await promisify(execFile)('squeue', ['--noheader', ...argv])).stdout.trim();
}

/** Only the scheduler knows whether a remote process is alive; where it does not say, the process is taken to be. */
async function jobLives(partial: string): Promise<boolean> {
  try {
    const job = (await readFile(join(partial, TASK_FILE), 'utf8')).trim();
    return (await squeue('--format=%T', `--jobs=${job}`)) !== '';
  } catch (error) {
    // squeue says so by its exit code where it has forgotten the job.
    return typeof (error as { code?: unknown }).code !== 'number';
  }
}

/** What was last submitted to a scheduler, kept so that `overtrain status` can name the command that does the rest. */
export interface Submission {
  /** The sweep file, an absolute path. */
  readonly file: string;
  readonly shards: number;
  readonly options: readonly string[];
  /** Numbers of the jobs, the array's and the merge's. */
  readonly jobs: readonly string[];
}

export const submissionFile = 'submitted.json';

/**
 * Looks how far a sweep is: every shard of the cut that counts, those of other cuts that hold something, and the command that
 * computes the shards that failed or are missing, null where there are none.
 *
 * @throws InvalidInputError where the folder is of no sweep, or of a scenario that is not among those given
 */
export async function sweepProgress(folder: string, scenarios: readonly Scenario[]) {
  const identity = await readIdentity(folder);
  const sweep = new Sweep(identity.definition);
  const scenario = scenarioAmong(identity.definition.scenario, scenarios);
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

function commandFor(folder: string, again: readonly ShardState[], submission: Submission | undefined): string | null {
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

export interface StatusOptions {
  readonly json?: true;
}

const STATES = ['done', 'running', 'queued', 'failed', 'missing'] as const;

/**
 * `overtrain status`: which shards of a sweep are done, running, failed and missing, and the command that computes those again.
 *
 * @returns the exit code: 0 where all are done, 1 otherwise
 * @throws InvalidInputError where the folder is of no sweep
 */
export async function printStatus(folder: string, { json }: StatusOptions, io: CommandLineIo): Promise<number> {
  const { scenario, sweep, count: cut, shown, command } = await sweepProgress(folder, await loadScenarios(io));
  if (json) {
    const shards = shown.map(({ shard, state, kept, points }) => ({ ...shard, state, kept, points }));
    const document = { schema: 1, scenario: scenario.id, points: sweep.points, shards, again: command };
    io.stdout.write(`${JSON.stringify(document)}\n`);
  } else {
    const lines = STATES.flatMap((state) => linesOf(state, shown));
    const count = `${cut} shard${cut === 1 ? '' : 's'}`;
    io.stdout.write(`sweep of ${scenario.id}: ${sweep.points} points in ${count}\n${lines.join('\n')}\n`);
    if (command !== null) io.stdout.write(`to compute the failed and missing shards: ${command}\n`);
  }
  return shown.every(({ state }) => state === 'done') ? exitCode.done : exitCode.refuted;
}

function linesOf(state: (typeof STATES)[number], states: readonly ShardState[]): string[] {
  const those = states.filter((one) => one.state === state);
  if (those.length === 0) return [];
  const head = `${state.padEnd(8)} ${String(those.length).padStart(6)}`;
  if (state !== 'running' && state !== 'failed')
    return [...new Set(those.map(({ shard }) => shard.count))].map((count) => {
      const indices = those.filter(({ shard }) => shard.count === count).map(({ shard }) => shard.index);
      return `${head}  shard ${listText(indices)} of ${count}`;
    });
  return those.map(({ shard, kept, points, owner }) => {
    const who = owner === undefined ? '' : `, process ${owner.pid} on ${owner.host} since ${owner.since}`;
    return `${head}  shard ${shard.index} of ${shard.count}: ${kept} of ${points} points kept${who}`;
  });
}
