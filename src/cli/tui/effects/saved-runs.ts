import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunDocument } from '../../../sim/scenario/run-document.js';
import type { Scenario } from '../../../sim/scenario/scenario.js';
import { readResult } from '../../results/read-result.js';
import { reserveResultFolder } from '../../results/result-folder.js';
import { runFiles } from '../../results/run-files.js';
import { sweepPlaces } from '../../sweeps/sweep-folder.js';
import { sweepProgress } from '../../sweeps/sweep-progress.js';
import { checkDraft, type Draft, untouchedDraft } from '../state/draft.js';
import { type Run, resultsOf, runCommand, startedRun } from '../state/run.js';
import type { SavedSweep, SweepContents } from '../state/saved-sweep.js';

/** Where runs are kept unless the user names another folder. */
export const RESULTS = 'results';

/** A larger one would be read for longer than anyone looks at the list. */
const LARGEST_FILE = 8 * 2 ** 20;

/**
 * The runs that were kept in {@link RESULTS}, the latest first. What cannot be read, or is not of a scenario that is there,
 * is left out: the folder is the user's, and may hold anything.
 *
 * @param most how many at most
 */
export async function readSavedRuns(scenarios: readonly Scenario[], most: number): Promise<readonly Run[]> {
  const names = await readdir(RESULTS).catch(() => []);
  const found = await Promise.all(names.map((name) => findRun(join(RESULTS, name))));
  const latest = found
    .filter((entry) => entry !== undefined)
    .sort((a, b) => b.writtenAt - a.writtenAt)
    .slice(0, most);
  const runs = await Promise.all(latest.map(({ folder }, index) => readRun(folder, -1 - index, scenarios)));
  return runs.filter((run) => run !== undefined);
}

async function findRun(folder: string): Promise<{ folder: string; writtenAt: number } | undefined> {
  const entry = await stat(join(folder, 'run.json')).catch(() => undefined);
  if (entry === undefined || !entry.isFile() || entry.size > LARGEST_FILE) return undefined;
  return { folder, writtenAt: entry.mtimeMs };
}

async function readRun(folder: string, run: number, scenarios: readonly Scenario[]): Promise<Run | undefined> {
  try {
    const { command, document } = await readResult(folder);
    const { tables, checks, warnings, diverged, verdict = null, ...record } = document;
    const scenario = scenarios.find(({ id }) => id === record.scenario);
    const draft = draftOfCommand(command);
    if (scenario === undefined || !checkDraft(scenario, draft).isValid) return undefined;
    const rows = Object.entries(scenario.tables).map(([name, columns]) => {
      const table = tables[name]?.rows;
      if (table === undefined || table.some((row) => row.length !== columns.length))
        throw new Error(`table ${name} is of another version`);
      return [name, table] as const;
    });
    const order = { ...draft, run, scenario: scenario.id, isPreview: false };
    return {
      ...startedRun(order),
      status: 'finished',
      compute: record.compute,
      rows: Object.fromEntries(rows),
      checks: [...checks],
      warnings: [...warnings],
      diverged: [...diverged],
      verdict,
      record,
      folder,
    };
  } catch {
    return undefined;
  }
}

/** Reads the command that a result folder keeps, which we wrote ourselves, back into what it sets. */
function draftOfCommand(command: string): Draft {
  const words = [...command.matchAll(/(?:'[^']*'|\\'|[^\s'\\]+)+/g)].map(([word]) =>
    word.replace(/'([^']*)'|\\(')/g, (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? ''),
  );
  const settings: Record<string, string> = {};
  let draft: Draft = untouchedDraft;
  for (let position = 3; position + 1 < words.length; position += 2) {
    const [option, value = ''] = words.slice(position, position + 2);
    const equals = value.indexOf('=');
    if (option === '--set') settings[value.slice(0, equals)] = value.slice(equals + 1);
    else if (option === '--seed') draft = { ...draft, seed: Number(value) };
    else if (option === '--engine') draft = { ...draft, engine: value as Draft['engine'] };
    else if (option === '--backend') draft = { ...draft, backend: value as Draft['backend'] };
  }
  return { ...draft, settings };
}

const FIRST_LEVEL = 'level-0';

/**
 * The sweeps that are kept in {@link RESULTS}, the latest first. What cannot be read is left out.
 *
 * @param most how many at most
 */
export async function readSavedSweeps(scenarios: readonly Scenario[], most: number): Promise<readonly SavedSweep[]> {
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
      return `${folder}/run.json is from an older version: overtrain merge ${folder} rewrites it`;
    return { summary: sweep, table, warnings: document.warnings };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The document of a finished run: what `overtrain run --json` prints. */
export function documentOf(run: Run, scenario: Scenario): RunDocument {
  if (run.record === null) throw new Error('a run that has not finished has no document');
  return { ...run.record, ...resultsOf(run, scenario) };
}

/**
 * Keeps a finished run in a folder, as `run --out` does.
 *
 * @throws InvalidInputError in the words of the command line when the folder cannot be written
 */
export async function saveRun(run: Run, scenario: Scenario, folder: string): Promise<void> {
  const reserved = await reserveResultFolder(folder);
  try {
    const command = runCommand(scenario, run).replace(/^npx /, '');
    await reserved.write(await runFiles(documentOf(run, scenario), command));
  } finally {
    await reserved.release();
  }
}

/** A folder for the results of a scenario that is not there yet. */
export function freeFolder(scenario: string, isTaken: (folder: string) => boolean = existsSync): string {
  for (let count = 1; ; count++) {
    const folder = `${RESULTS}/${scenario}${count === 1 ? '' : `-${count}`}`;
    if (!isTaken(folder)) return folder;
  }
}
