import { existsSync, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RunDocument } from '../../../sim/scenario/run-document.js';
import type { Scenario } from '../../../sim/scenario/scenario.js';
import type { Row } from '../../../sim/scenario/table.js';
import { scenarioAmong } from '../../../sim/scenarios/scenario-files.js';
import { messageOf } from '../../output/error-line.js';
import { readResult } from '../../results/read-result.js';
import { reserveResultFolder } from '../../results/result-folder.js';
import { runFiles } from '../../results/run-files.js';
import { sweepPlaces } from '../../sweeps/sweep-folder.js';
import { sweepProgress } from '../../sweeps/sweep-progress.js';
import type { Action, Effect } from '../state/app-state.js';
import { checkDraft, type Draft, untouchedDraft } from '../state/draft.js';
import { type Run, resultsOf, runCommand, startedRun } from '../state/run.js';
import type { SavedSweep, SweepContents } from '../state/saved-sweep.js';
import type { ThreadComputer } from '../worker/computer.js';

const RESULTS = 'results';

/** A larger one would be read for longer than anyone looks at the list. */
const LARGEST_FILE = 8 * 2 ** 20;

/** The latest of what is kept, by when it was written. What cannot be read is left out: the folder is the user's. */
async function latestKept<Kept>(
  most: number,
  find: (folder: string) => Promise<number | undefined>,
  read: (folder: string, place: number) => Promise<Kept | undefined>,
): Promise<readonly Kept[]> {
  const names = await readdir(RESULTS).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => ({ folder: join(RESULTS, name), at: await find(join(RESULTS, name)) })),
  );
  const latest = found
    .flatMap(({ folder, at }) => (at === undefined ? [] : [{ folder, at }]))
    .sort((a, b) => b.at - a.at)
    .slice(0, most);
  const kept = await Promise.all(latest.map(({ folder }, place) => read(folder, place).catch(() => undefined)));
  return kept.filter((one) => one !== undefined);
}

export function readSavedRuns(scenarios: readonly Scenario[], most: number): Promise<readonly Run[]> {
  const find = async (folder: string) => {
    const entry = await fileAt(join(folder, 'run.json'));
    return entry === undefined || entry.size > LARGEST_FILE ? undefined : entry.mtimeMs;
  };
  return latestKept(most, find, (folder, place) => readRun(folder, -1 - place, scenarios));
}

async function readRun(folder: string, run: number, scenarios: readonly Scenario[]): Promise<Run | undefined> {
  const { command, document } = await readResult(folder);
  const { tables, checks, warnings, diverged, verdict = null, ...record } = document;
  const scenario = scenarios.find(({ id }) => id === record.scenario);
  const draft = draftOfCommand(command);
  if (scenario === undefined || 'message' in checkDraft(scenario, draft)) return undefined;
  const rows: Record<string, readonly Row[]> = {};
  for (const [name, columns] of Object.entries(scenario.tables)) {
    const table = tables[name]?.rows;
    // A table of another version.
    if (table === undefined || table.some((row) => row.length !== columns.length)) return undefined;
    rows[name] = table;
  }
  const order = { ...draft, run, scenario: scenario.id, isPreview: false };
  const results = { rows, checks, warnings, diverged, verdict };
  return { ...startedRun(order), status: 'finished', compute: record.compute, ...results, record, folder };
}

/** Reads the command that a result folder keeps, which we wrote ourselves, back into what it sets. */
function draftOfCommand(command: string): Draft {
  const words = [...command.matchAll(/(?:'[^']*'|\\'|[^\s'\\]+)+/g)].map(([word]) =>
    word.replace(/'([^']*)'|\\(')/g, (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? ''),
  );
  const text = { type: 'string' } as const;
  const options = { set: { type: 'string', multiple: true }, seed: text, engine: text, backend: text } as const;
  const { set = [], seed, ...how } = parseArgs({ args: words.slice(3), options }).values;
  const settings = set.map((setting) => [
    setting.slice(0, setting.indexOf('=')),
    setting.slice(setting.indexOf('=') + 1),
  ]);
  const draft = { ...untouchedDraft, ...how, settings: Object.fromEntries(settings) } as Draft;
  return seed === undefined ? draft : { ...draft, seed: Number(seed) };
}

export function readSavedSweeps(scenarios: readonly Scenario[], most: number): Promise<readonly SavedSweep[]> {
  const find = async (folder: string) => {
    const { identity, shards } = sweepPlaces(folder);
    // A search for a boundary has sweeps of its own in its folder.
    const entry = (await fileAt(identity)) ?? (await fileAt(sweepPlaces(join(folder, 'level-0')).identity));
    if (entry === undefined) return undefined;
    const touched = await stat(shards).catch(() => entry);
    return Math.max(entry.mtimeMs, touched.mtimeMs);
  };
  return latestKept(most, find, (folder) => readSweep(folder, scenarios));
}

async function readSweep(folder: string, scenarios: readonly Scenario[]): Promise<SavedSweep | undefined> {
  if ((await fileAt(sweepPlaces(folder).identity)) === undefined) return readSearch(folder);
  const { sweep, scenario, count, shown, command } = await sweepProgress(folder, scenarios);
  const isMerged = (await fileAt(join(folder, 'run.json'))) !== undefined;
  const own = shown.filter(({ shard }) => shard.count === count);
  const kept = isMerged ? sweep.points : own.reduce((sum, one) => sum + one.kept, 0);
  const common = { folder, scenario: scenario.id, points: sweep.points, kept };
  if (isMerged) return { ...common, state: 'complete', command: null };
  const has = (state: string) => own.some((one) => one.state === state);
  if (has('running') || has('queued')) return { ...common, state: 'running', command };
  if (own.every(({ state }) => state === 'done'))
    return { ...common, state: 'partial', command: `overtrain merge ${folder}` };
  return { ...common, state: has('failed') ? 'failed' : 'partial', command };
}

async function readSearch(folder: string): Promise<SavedSweep | undefined> {
  const { sweep, document } = await readResult(folder);
  if (sweep === undefined) return undefined;
  const { points } = sweep;
  return { folder, scenario: document.scenario, points, kept: points, state: 'complete', command: null };
}

async function fileAt(path: string): Promise<Stats | undefined> {
  const entry = await stat(path).catch(() => undefined);
  return entry?.isFile() ? entry : undefined;
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
    return messageOf(error);
  }
}

export function documentOf(run: Run, scenario: Scenario): RunDocument {
  if (run.record === null) throw new Error('a run that has not finished has no document');
  return { ...run.record, ...resultsOf(run, scenario) };
}

export async function saveRun(run: Run, scenario: Scenario, folder: string): Promise<void> {
  const reserved = await reserveResultFolder(folder);
  try {
    const command = runCommand(scenario, run).replace(/^npx /, '');
    await reserved.write(await runFiles(documentOf(run, scenario), command));
  } finally {
    await reserved.release();
  }
}

export function freeFolder(scenario: string, isTaken: (folder: string) => boolean = existsSync): string {
  for (let count = 1; ; count++) {
    const folder = `${RESULTS}/${scenario}${count === 1 ? '' : `-${count}`}`;
    if (!isTaken(folder)) return folder;
  }
}

export function performEffect(
  effect: Effect,
  scenarios: readonly Scenario[],
  computer: ThreadComputer,
  quit: (exitCode: number) => void,
  tell: (action: Action) => void,
): void {
  if (effect.kind === 'start-run') computer.startRun(effect.order);
  else if (effect.kind === 'cancel-run') computer.cancelRun(effect.run);
  else if (effect.kind === 'start-attack') computer.startAttack(effect.claim);
  else if (effect.kind === 'cancel-attack') computer.cancelAttack();
  else if (effect.kind === 'quit') quit(effect.exitCode);
  else if (effect.kind === 'suggest-folder') tell({ kind: 'folder-suggested', folder: freeFolder(effect.scenario) });
  else if (effect.kind === 'read-sweep') {
    const { folder } = effect;
    void readSweepContents(folder).then((read) => tell({ kind: 'sweep-read', folder, read }));
  } else {
    const { run, folder } = effect;
    saveRun(run, scenarioAmong(run.order.scenario, scenarios), folder).then(
      () => tell({ kind: 'saved', run: run.order.run, folder }),
      (error: unknown) => tell({ kind: 'not-saved', message: messageOf(error) }),
    );
  }
}
