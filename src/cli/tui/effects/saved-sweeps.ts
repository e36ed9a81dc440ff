import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scenario } from '../../../sim/scenario/scenario.js';
import { readResult } from '../../results/read-result.js';
import { sweepPlaces } from '../../sweeps/sweep-folder.js';
import { sweepProgress } from '../../sweeps/sweep-progress.js';
import type { SavedSweep, SweepContents } from '../state/saved-sweep.js';
import { RESULTS } from './saved-runs.js';

const FIRST_LEVEL = 'level-0';

/**
 * The sweeps that are kept in {@link RESULTS}, the latest first. What cannot be read is left out.
 *
 * @param most how many at most
 */
export async function readSavedSweeps(
  scenarios: readonly Scenario[],
  most: number,
): Promise<readonly SavedSweep[]> {
  const names = await readdir(RESULTS).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const folder = join(RESULTS, name);
      const { identity, shards } = sweepPlaces(folder);
      const entry =
        (await stat(identity).catch(() => undefined)) ??
        (await stat(sweepPlaces(join(folder, FIRST_LEVEL)).identity).catch(() => undefined));
      if (entry?.isFile() !== true) return undefined;
      const touched = await stat(shards).catch(() => entry);
      return { folder, at: Math.max(entry.mtimeMs, touched.mtimeMs) };
    }),
  );
  const latest = found
    .filter((one) => one !== undefined)
    .sort((a, b) => b.at - a.at)
    .slice(0, most);
  const sweeps = await Promise.all(latest.map(({ folder }) => readSweep(folder, scenarios)));
  return sweeps.filter((sweep) => sweep !== undefined);
}

async function readSweep(folder: string, scenarios: readonly Scenario[]): Promise<SavedSweep | undefined> {
  try {
    if (!(await isThere(sweepPlaces(folder).identity))) return await readSearch(folder);
    const { sweep, scenario, count, shown, command } = await sweepProgress(folder, scenarios);
    const isMerged = await isThere(join(folder, 'run.json'));
    const own = shown.filter(({ shard }) => shard.count === count);
    const kept = isMerged ? sweep.points : own.reduce((sum, one) => sum + one.kept, 0);
    const common = { folder, scenario: scenario.id, points: sweep.points, kept };
    if (isMerged) return { ...common, state: 'complete', command: null };
    const has = (state: string) => own.some((one) => one.state === state);
    if (has('running') || has('queued')) return { ...common, state: 'running', command };
    if (own.every(({ state }) => state === 'done'))
      return { ...common, state: 'partial', command: `overtrain merge ${folder}` };
    return { ...common, state: has('failed') ? 'failed' : 'partial', command };
  } catch {
    return undefined;
  }
}

/** A search for a boundary has sweeps of its own in its folder, and what they found together. */
async function readSearch(folder: string): Promise<SavedSweep | undefined> {
  const { sweep, document } = await readResult(folder);
  if (sweep === undefined) return undefined;
  const { points } = sweep;
  return { folder, scenario: document.scenario, points, kept: points, state: 'complete', command: null };
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

/** The results of a sweep, or why there are none. */
export async function readSweepContents(folder: string): Promise<SweepContents | string> {
  try {
    const { sweep, document } = await readResult(folder);
    const table = sweep === undefined ? undefined : document.tables[sweep.table];
    if (sweep === undefined || table === undefined)
      return `${folder}/run.json is of an older version: overtrain merge ${folder} writes it anew`;
    return { summary: sweep, table, warnings: document.warnings };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
