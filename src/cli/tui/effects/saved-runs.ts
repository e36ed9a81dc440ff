import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scenario } from '../../../sim/scenario/scenario.js';
import { readResult } from '../../results/read-result.js';
import { checkDraft, type Draft, untouchedDraft } from '../state/draft.js';
import { type Run, startedRun } from '../state/run.js';

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

async function readRun(
  folder: string,
  run: number,
  scenarios: readonly Scenario[],
): Promise<Run | undefined> {
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
