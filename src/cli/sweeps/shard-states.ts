import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Scenario } from '../../sim/scenario/scenario.js';
import { PointCosts } from '../../sim/sweeps/point-cost.js';
import { type Sweep, shardRanges } from '../../sim/sweeps/sweep.js';
import { codeOf } from '../results/files.js';
import { type LockOwner, lockOwners, mayLive } from '../results/folder-lock.js';
import { isBatch, readFrames, shardFileNames } from './shard-files.js';
import { type Shard, shardOfStem } from './shard-list.js';
import { shardPlaces, TASK_FILE } from './shard-store.js';

/** How far one shard is. */
export interface ShardState {
  readonly shard: Shard;
  /** `queued`: a scheduler will compute it; `failed`: it was begun, and no process that could be alive works on it. */
  readonly state: 'done' | 'running' | 'queued' | 'failed' | 'missing';
  /** Points that are kept. */
  readonly kept: number;
  readonly points: number;
  /** Who works on it. */
  readonly owner: LockOwner | undefined;
}

/** Numbers of shards into which a sweep's folder has been cut so far, in ascending order. */
export async function shardCounts(folder: string): Promise<number[]> {
  const counts = new Set<number>();
  for (const name of await shardFileNames(folder)) {
    const shard = shardOfStem(name.replace(/\.(shard|partial)$/, ''));
    if (shard !== undefined) counts.add(shard.count);
  }
  return [...counts].sort((a, b) => a - b);
}

/** The states of all shards of a sweep that is cut into `count`. */
export async function shardStates(
  folder: string,
  sweep: Sweep,
  scenario: Scenario,
  count: number,
): Promise<ShardState[]> {
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

/**
 * Tasks of an array job that Slurm still has in its queue, or is running; none where there is no Slurm to ask.
 *
 * @param job number of the array job
 */
export async function queuedTasks(job: string): Promise<ReadonlySet<number>> {
  try {
    const argv = ['--noheader', '--array', '--format=%K', `--jobs=${job}`];
    const { stdout } = await promisify(execFile)('squeue', argv);
    return new Set(
      stdout
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map(Number),
    );
  } catch {
    return new Set();
  }
}

/** Only the scheduler knows whether a remote process is alive; where it does not say, the process is taken to be. */
async function jobLives(partial: string): Promise<boolean> {
  try {
    const job = (await readFile(join(partial, TASK_FILE), 'utf8')).trim();
    const { stdout } = await promisify(execFile)('squeue', ['--noheader', '--format=%T', `--jobs=${job}`]);
    return stdout.trim() !== '';
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
  /** What the user gave to `sbatch`. */
  readonly options: readonly string[];
  /** Numbers of the jobs, the array's and the merge's. */
  readonly jobs: readonly string[];
}

/** Its name in the folder of the sweep. */
export const submissionFile = 'submitted.json';
