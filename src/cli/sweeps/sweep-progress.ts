import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scenario } from '../../sim/scenario/scenario.js';
import { scenarioAmong } from '../../sim/scenarios/scenario-files.js';
import { Sweep } from '../../sim/sweeps/sweep.js';
import { shellWord } from '../settings/run-request.js';
import { listText } from './shard-list.js';
import {
  queuedTasks,
  type ShardState,
  type Submission,
  shardCounts,
  shardStates,
  submissionFile,
} from './shard-states.js';
import { commandOf, readIdentity } from './sweep-folder.js';

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
