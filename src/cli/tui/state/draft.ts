import type { z } from 'zod';
import { type BackendChoice, backendChoices } from '../../../sim/backends/backend-list.js';
import { metaOf, type ParameterMeta } from '../../../sim/scenario/parameter.js';
import { resolveParameters } from '../../../sim/scenario/resolve.js';
import { type EngineChoice, engineChoices, type Scenario } from '../../../sim/scenario/scenario.js';
import { InvalidInputError } from '../../../theory/invalid-input.js';
import { DEFAULT_SEED, readSeed } from '../../settings/run-request.js';
import { readChoice } from '../../settings/setting.js';

/** How a scenario is to be run, as the user has it on the screen. Immutable. */
export interface Draft {
  /** Parameters that the user set, by name and as text, `preset` among them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly engine: EngineChoice;
  readonly backend: BackendChoice;
}

/** One line of the list of parameters. */
export interface Field {
  readonly kind: 'preset' | 'parameter' | 'seed' | 'engine' | 'backend';
  readonly name: string;
  readonly meta: ParameterMeta;
  /** The value that holds, as a user would write it. */
  readonly value: string;
  /** Whether the user set it. */
  readonly isSet: boolean;
}

/** A draft that sets nothing. */
export const untouchedDraft: Draft = { settings: {}, seed: DEFAULT_SEED, engine: 'auto', backend: 'auto' };

/** What stands for "no preset". */
export const NO_PRESET = 'none';

/** Everything that can be set for a scenario, in the order in which it is listed. */
export function fieldsOf(scenario: Scenario, draft: Draft): readonly Field[] {
  const parameters = Object.entries(scenario.schema.shape as Record<string, z.ZodType>);
  const preset = scenario.presets?.[draft.settings.preset ?? ''] ?? {};
  return [
    ...presetField(scenario, draft),
    ...parameters.map(([name, schema]): Field => {
      const meta = metaOf(schema);
      const value = draft.settings[name] ?? preset[name] ?? defaultText(meta);
      return { kind: 'parameter', name, meta, value, isSet: name in draft.settings };
    }),
    {
      kind: 'seed',
      name: 'seed',
      meta: {
        description: 'seed for all random numbers',
        unit: '1',
        range: `an integer from 0 to ${Number.MAX_SAFE_INTEGER}`,
        default: String(DEFAULT_SEED),
        scale: 'linear',
      },
      value: String(draft.seed),
      isSet: draft.seed !== DEFAULT_SEED,
    },
    choiceField('engine', draft.engine, enginesOf(scenario), 'how the trajectory is computed'),
    choiceField('backend', draft.backend, backendChoices, 'where modes and matrix run; exact needs none'),
  ];
}

function presetField({ presets }: Scenario, { settings }: Draft): Field[] {
  if (presets === undefined) return [];
  const choices = [NO_PRESET, ...Object.keys(presets)];
  return [
    {
      kind: 'preset',
      name: 'preset',
      meta: {
        description: 'a named set of parameters; others can be set as well',
        unit: '1',
        range: choices.join(', '),
        default: NO_PRESET,
        choices,
      },
      value: settings.preset ?? NO_PRESET,
      isSet: 'preset' in settings,
    },
  ];
}

function choiceField(
  kind: 'engine' | 'backend',
  value: string,
  choices: readonly string[],
  description: string,
): Field {
  const meta = { description, unit: '1', range: choices.join(', '), default: 'auto', choices };
  return { kind, name: kind, meta, value, isSet: value !== 'auto' };
}

/** Engines on offer for a scenario, `auto` first. */
export function enginesOf(scenario: Scenario): readonly EngineChoice[] {
  return engineChoices.filter(
    (choice) => choice === 'auto' || (scenario.engines as readonly string[]).includes(choice),
  );
}

/** The default as a user would write it; some parameters name theirs only at the end of their description. */
function defaultText({ default: fallback, description }: ParameterMeta): string {
  return fallback ?? /; default: (.*)$/.exec(description)?.[1] ?? '';
}

/** What a draft comes to: the parameters of a run, or why it cannot be run, in the words of the command line. */
export type Verdict =
  | { readonly isValid: true; readonly parameters: object }
  | { readonly isValid: false; readonly message: string };

/** Checks a draft as the command line would. */
export function checkDraft(scenario: Scenario, draft: Draft): Verdict {
  return attempt(() => resolveParameters(scenario, draft.settings));
}

/**
 * Sets one field to a text; an empty one stands for the default.
 *
 * @returns the new draft, or the message of the command line
 */
export function setField(
  scenario: Scenario,
  draft: Draft,
  field: Field,
  text: string,
): { readonly draft: Draft } | { readonly message: string } {
  const reset = resetField(draft, field);
  // A value that would hold anyway need not be set, and then is not in the command that reproduces the run.
  const fallback = fieldsOf(scenario, reset).find(({ name }) => name === field.name)?.value;
  if (text.trim() === '' || text.trim() === fallback) return { draft: reset };
  const changed = attempt(() => changedDraft(scenario, draft, field, text));
  if (!changed.isValid) return { message: changed.message };
  const next = changed.parameters as Draft;
  const verdict = checkDraft(scenario, next);
  return verdict.isValid ? { draft: next } : { message: verdict.message };
}

function changedDraft(scenario: Scenario, draft: Draft, { kind, name }: Field, text: string): Draft {
  switch (kind) {
    case 'seed':
      return { ...draft, seed: readSeed(text) };
    case 'engine':
      return { ...draft, engine: readChoice('--engine', text.trim(), enginesOf(scenario)) };
    case 'backend':
      return { ...draft, backend: readChoice('--backend', text.trim(), backendChoices) };
    case 'preset': {
      const { preset: _, ...others } = draft.settings;
      return { ...draft, settings: text.trim() === NO_PRESET ? others : { ...others, preset: text.trim() } };
    }
    case 'parameter':
      return { ...draft, settings: { ...draft.settings, [name]: text } };
  }
}

/** Gives a field its default back. */
export function resetField(draft: Draft, { kind, name }: Field): Draft {
  if (kind === 'seed' || kind === 'engine' || kind === 'backend') return { ...draft, [kind]: untouchedDraft[kind] };
  const { [name]: _, ...settings } = draft.settings;
  return { ...draft, settings };
}

function attempt(compute: () => object): Verdict {
  try {
    return { isValid: true, parameters: compute() };
  } catch (error) {
    if (error instanceof InvalidInputError) return { isValid: false, message: error.message };
    throw error;
  }
}
