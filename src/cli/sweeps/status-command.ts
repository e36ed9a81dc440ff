import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scenarioById } from '../../sim/scenario-list.js';
import { Sweep } from '../../sim/sweeps/sweep.js';
import { exitCode } from '../exit-code.js';
import { type CommandLineIo, loadScenarios } from '../io.js';
import { shellWord } from '../reproduce.js';
import { listText } from './shard-list.js';
import { queuedTasks, type ShardState, shardCounts, shardStates } from './shard-states.js';
import { type Submission, submissionFile } from './submission.js';
import { readIdentity } from './sweep-folder.js';

/** What the `status` command was told. */
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
export async function printStatus(
  folder: string,
  { json }: StatusOptions,
  io: CommandLineIo,
): Promise<number> {
  const identity = await readIdentity(folder);
  const sweep = new Sweep(identity.definition);
  const scenario = scenarioById(identity.definition.scenario, await loadScenarios(io));
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
  const command = commandFor(folder, again, submission);
  if (json) {
    const shards = shown.map(({ shard, state, kept, points }) => ({ ...shard, state, kept, points }));
    const document = { schema: 1, scenario: scenario.id, points: sweep.points, shards, again: command };
    io.stdout.write(`${JSON.stringify(document)}\n`);
  } else {
    const lines = STATES.flatMap((state) => linesOf(state, shown));
    const count = `${cuts[0]} shard${cuts[0] === 1 ? '' : 's'}`;
    io.stdout.write(`sweep of ${scenario.id}: ${sweep.points} points in ${count}\n${lines.join('\n')}\n`);
    if (command !== null) io.stdout.write(`to compute what is failed or missing: ${command}\n`);
  }
  return shown.every(({ state }) => state === 'done') ? exitCode.done : exitCode.refuted;
}

function isIdle({ state }: ShardState): boolean {
  return state === 'failed' || state === 'missing';
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
  if (count === 1) return `overtrain sweep FILE --out ${out} --resume`;
  const indices = again.map(({ shard }) => shard.index).join(' ');
  return `for i in ${indices}; do overtrain sweep FILE --out ${out} --shard $i/${count} --resume; done`;
}

async function readSubmission(folder: string): Promise<Submission | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, submissionFile), 'utf8')) as Submission;
  } catch {
    return undefined;
  }
}
