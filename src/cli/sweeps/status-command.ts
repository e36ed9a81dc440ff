import { exitCode } from '../output/error-line.js';
import { type CommandLineIo, loadScenarios } from '../output/io.js';
import { listText } from './shard-list.js';
import type { ShardState } from './shard-states.js';
import { sweepProgress } from './sweep-progress.js';

/** What the `status` command was given. */
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
