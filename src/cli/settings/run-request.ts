import { backendChoices } from '../../sim/backends/backend-list.js';
import { nearestName } from '../../sim/scenario/nearest-name.js';
import { resolveParameters, settingNames } from '../../sim/scenario/resolve.js';
import { type Compute, type EngineChoice, engineChoices, type Scenario } from '../../sim/scenario/scenario.js';
import { scenarioAmong } from '../../sim/scenarios/scenario-files.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { readConfig, runKeys } from './data-file.js';
import { readChoice, type Settings, settingsRecord, settingText } from './setting.js';

export const DEFAULT_SEED = 1;

export function readSeed(value: unknown): number {
  const seed = typeof value === 'string' && /^\d{1,16}$/.test(value.trim()) ? Number(value) : value;
  if (typeof seed === 'number' && Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new InvalidInputError('--seed', value, `an integer from 0 to ${Number.MAX_SAFE_INTEGER}`);
}

export interface RunOptions extends Readonly<Partial<Record<'config' | 'seed' | 'engine' | 'backend', string>>> {
  readonly set?: Settings;
}

/** A run, checked and complete; its settings are what the user set, from the file and the command line together. */
export type ResolvedRun = Awaited<ReturnType<typeof resolveRun>>;

/** Puts a run together: what the command line says goes before the file, and the file before the defaults. */
export async function resolveRun(id: string | undefined, options: RunOptions, scenarios: readonly Scenario[]) {
  const scenario = scenarioAmong(id, scenarios);
  const config = options.config === undefined ? undefined : await readConfig(options.config);
  const parameters = config?.parameters ?? new Map<string, unknown>();
  const run = config?.run ?? new Map<string, unknown>();
  if (run.has('scenario') && run.get('scenario') !== scenario.id)
    throw new InvalidInputError('--config', run.get('scenario'), `a file for the scenario ${scenario.id}`);
  refuseUnknown(scenario, parameters);
  const settings = new Map([...parameters, ...(options.set ?? [])]);
  return {
    scenario,
    settings,
    seed: readSeed(options.seed ?? run.get('seed') ?? DEFAULT_SEED),
    engine: readChoice('--engine', options.engine ?? run.get('engine') ?? 'auto', enginesOf(scenario)),
    backend: readChoice('--backend', options.backend ?? run.get('backend') ?? 'auto', backendChoices),
    parameters: resolveParameters(scenario, settingsRecord(settings)),
  };
}

export function enginesOf({ engines }: Scenario): readonly EngineChoice[] {
  return engineChoices.filter((choice) => choice === 'auto' || (engines as readonly string[]).includes(choice));
}

/** Names that only the file can have brought are reported as the file's. */
function refuseUnknown(scenario: Scenario, parameters: ReadonlyMap<string, unknown>): void {
  const known = settingNames(scenario);
  for (const name of parameters.keys()) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, [...known, ...runKeys]);
    const which = nearest === undefined ? `: ${known.join(', ')}` : `; did you mean ${nearest}?`;
    throw new InvalidInputError('--config', name, `parameters of ${scenario.id}${which}`);
  }
}

/** The command that gives a run again, number by number, by what really ran; for a POSIX shell. */
export function reproducingCommand(request: Omit<ResolvedRun, 'parameters'>, compute: Compute | undefined): string {
  const words = ['overtrain', 'run', request.scenario.id];
  for (const [name, value] of request.settings) {
    if (value !== null && value !== undefined) words.push('--set', `${name}=${settingText(value)}`);
  }
  words.push('--seed', String(request.seed), '--engine', compute?.engine ?? request.engine);
  const backend = compute === undefined || compute.backend === 'host' ? request.backend : compute.backend;
  if (backend !== 'auto') words.push('--backend', backend);
  return words.map(shellWord).join(' ');
}

/** A word as a POSIX shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
