import type { z } from 'zod';
import { type BackendChoice, backendChoices } from '../../../sim/backends/backend-list.js';
import { metaOf, type ParameterMeta } from '../../../sim/scenario/parameter.js';
import { resolveParameters } from '../../../sim/scenario/resolve.js';
import type { EngineChoice, Scenario } from '../../../sim/scenario/scenario.js';
import { InvalidInputError } from '../../../theory/invalid-input.js';
import { DEFAULT_SEED, enginesOf, readSeed } from '../../settings/run-request.js';
import { readChoice } from '../../settings/setting.js';

/** How a scenario is to be run, as the user has it on the screen. Immutable. */
export interface Draft {
  /** Parameters that the user set, by name and as text, `preset` among them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly engine: EngineChoice;
  readonly backend: BackendChoice;
}

export interface Field {
  readonly kind: 'preset' | 'parameter' | 'seed' | 'engine' | 'backend';
  readonly name: string;
  readonly meta: ParameterMeta;
  /** The value that holds, as a user would write it. */
  readonly value: string;
  readonly isSet: boolean;
}

export const untouchedDraft: Draft = { settings: {}, seed: DEFAULT_SEED, engine: 'auto', backend: 'auto' };

export const NO_PRESET = 'none';

/** Everything that can be set for a scenario, in the order in which it is listed. */
export function fieldsOf(scenario: Scenario, { settings, seed, engine, backend }: Draft): readonly Field[] {
  const parameters = Object.entries(scenario.schema.shape as Record<string, z.ZodType>);
  const preset = scenario.presets?.[settings.preset ?? ''] ?? {};
  const presets = [NO_PRESET, ...Object.keys(scenario.presets ?? {})];
  const seedMeta = {
    description: 'seed for all random numbers',
    unit: '1',
    range: `an integer from 0 to ${Number.MAX_SAFE_INTEGER}`,
    default: String(DEFAULT_SEED),
  };
  return [
    ...(scenario.presets === undefined
      ? []
      : [
          choiceField(
            'preset',
            settings.preset ?? NO_PRESET,
            presets,
            'a named set of parameters; others can be set as well',
          ),
        ]),
    ...parameters.map(([name, schema]): Field => {
      const meta = metaOf(schema);
      const value = settings[name] ?? preset[name] ?? defaultText(meta);
      return { kind: 'parameter', name, meta, value, isSet: name in settings };
    }),
    { kind: 'seed', name: 'seed', meta: seedMeta, value: String(seed), isSet: seed !== DEFAULT_SEED },
    choiceField('engine', engine, enginesOf(scenario), 'how the trajectory is computed'),
    choiceField('backend', backend, backendChoices, 'where modes and matrix run; exact needs none'),
  ];
}

/** @param choices the default first */
function choiceField(
  kind: 'preset' | 'engine' | 'backend',
  value: string,
  choices: readonly string[],
  description: string,
): Field {
  const fallback = choices[0]!;
  const meta = { description, unit: '1', range: choices.join(', '), default: fallback, choices };
  return { kind, name: kind, meta, value, isSet: value !== fallback };
}

/** The default as a user would write it; some parameters name theirs only at the end of their description. */
function defaultText({ default: fallback, description }: ParameterMeta): string {
  return fallback ?? /; default: (.*)$/.exec(description)?.[1] ?? '';
}

/** What a draft comes to: the parameters of a run, or why it cannot be run, in the words of the command line. */
export type Verdict =
  | { readonly isValid: true; readonly parameters: object }
  | { readonly isValid: false; readonly message: string };

export function checkDraft(scenario: Scenario, draft: Draft): Verdict {
  try {
    return { isValid: true, parameters: resolveParameters(scenario, draft.settings) };
  } catch (error) {
    return { isValid: false, message: refusalOf(error) };
  }
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
  try {
    const next = changedDraft(scenario, draft, field, text);
    const verdict = checkDraft(scenario, next);
    return verdict.isValid ? { draft: next } : { message: verdict.message };
  } catch (error) {
    return { message: refusalOf(error) };
  }
}

function changedDraft(scenario: Scenario, draft: Draft, { kind, name }: Field, text: string): Draft {
  if (kind === 'seed') return { ...draft, seed: readSeed(text) };
  if (kind === 'engine') return { ...draft, engine: readChoice('--engine', text.trim(), enginesOf(scenario)) };
  if (kind === 'backend') return { ...draft, backend: readChoice('--backend', text.trim(), backendChoices) };
  return { ...draft, settings: { ...draft.settings, [name]: kind === 'preset' ? text.trim() : text } };
}

export function resetField(draft: Draft, { kind, name }: Field): Draft {
  if (kind === 'seed' || kind === 'engine' || kind === 'backend') return { ...draft, [kind]: untouchedDraft[kind] };
  const { [name]: _, ...settings } = draft.settings;
  return { ...draft, settings };
}

/** What the command line says to a request that is wrong; anything else is a defect. */
function refusalOf(error: unknown): string {
  if (error instanceof InvalidInputError) return error.message;
  throw error;
}
