import type { z } from 'zod';
import { type BackendChoice, backendChoices } from '../../../sim/backends/backend-list.js';
import { metaOf, type ParameterMeta } from '../../../sim/scenario/parameter.js';
import { resolveParameters } from '../../../sim/scenario/resolve.js';
import type { EngineChoice, Scenario } from '../../../sim/scenario/scenario.js';
import { InvalidInputError, readDecimal } from '../../../theory/invalid-input.js';
import { DEFAULT_SEED, enginesOf, readSeed } from '../../settings/run-request.js';
import { readChoice } from '../../settings/setting.js';

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
  const named = 'a named set of parameters; others can be set as well';
  return [
    ...(scenario.presets === undefined ? [] : [choiceField('preset', settings.preset ?? NO_PRESET, presets, named)]),
    ...parameters.map(([name, schema]): Field => {
      const meta = metaOf(schema);
      // Some parameters name their default only at the end of their description.
      const fallback = meta.default ?? /; default: (.*)$/.exec(meta.description)?.[1] ?? '';
      const value = settings[name] ?? preset[name] ?? fallback;
      return { kind: 'parameter', name, meta, value, isSet: name in settings };
    }),
    { kind: 'seed', name: 'seed', meta: seedMeta, value: String(seed), isSet: seed !== DEFAULT_SEED },
    choiceField('engine', engine, enginesOf(scenario), 'how the trajectory is computed'),
    choiceField('backend', backend, backendChoices, 'where modes and matrix run; exact needs none'),
  ];
}

/** A field that takes one of some words, the default the first. */
function choiceField(kind: 'preset' | 'engine' | 'backend', value: string, choices: readonly string[], about: string) {
  const fallback = choices[0]!;
  const meta = { description: about, unit: '1', range: choices.join(', '), default: fallback, choices };
  return { kind, name: kind, meta, value, isSet: value !== fallback };
}

/** What is attempted, or what the command line says to it where it is wrong. */
function unlessRefused<Result>(attempt: () => Result): Result | { readonly message: string } {
  try {
    return attempt();
  } catch (error) {
    // Anything else is a defect.
    if (error instanceof InvalidInputError) return { message: error.message };
    throw error;
  }
}

/** The parameters of a run that a draft comes to, or why it cannot be run. */
export function checkDraft(scenario: Scenario, { settings }: Pick<Draft, 'settings'>) {
  return unlessRefused(() => ({ parameters: resolveParameters(scenario, settings) }));
}

/** The draft with one field set to a text, where an empty one stands for the default, or why it cannot be set. */
export function setField(scenario: Scenario, draft: Draft, field: Field, text: string) {
  const reset = resetField(draft, field);
  // A value that would hold anyway need not be set, and then is not in the command that reproduces the run.
  const fallback = fieldsOf(scenario, reset).find(({ name }) => name === field.name)?.value;
  if (text.trim() === '' || text.trim() === fallback) return { draft: reset };
  return unlessRefused(() => {
    const next = changedDraft(scenario, draft, field, text);
    resolveParameters(scenario, next.settings);
    return { draft: next };
  });
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

/** Rungs of a decade, about a tenth apart, round numbers and powers of two among them, so that a step back undoes a step. */
const RUNGS = [
  1, 1.1, 1.2, 1.3, 1.45, 1.6, 1.8, 2, 2.2, 2.5, 2.8, 3, 3.2, 3.6, 4, 4.5, 5, 5.5, 6, 6.4, 7, 7.5, 8, 9,
] as const;

const GRID = /^(log|linear):([^:]+):([^:]+):([^:]+)$/;

/**
 * Texts to which an arrow may step a value, the finest first, so that integers, which refuse fractions, take whole steps. All numbers
 * of a list step together; of a grid `log:FROM:TO:COUNT` its end, of a form such as `power:1` its last number, of a choice the word.
 */
export function steppedTexts(value: string, meta: ParameterMeta, direction: 1 | -1): readonly string[] {
  const { choices } = meta;
  if (choices !== undefined)
    return [choices[(choices.indexOf(value) + direction + choices.length) % choices.length] ?? value];
  const grid = GRID.exec(value.trim());
  if (grid !== null) {
    const [, form, from, to, count] = grid;
    const scale = form === 'log' ? 'log' : 'linear';
    return candidates(to!, scale, direction).map((end) => `${form}:${from}:${end}:${count}`);
  }
  const form = /^([a-z]+(?::[^:]*)*:)([^:]+)$/.exec(value.trim());
  if (form !== null) return candidates(form[2]!, 'linear', direction).map((last) => form[1] + last);
  const scale = meta.scale ?? 'linear';
  const lists = value.split(',').map((part) => candidates(part, scale, direction));
  const most = Math.max(...lists.map((list) => list.length));
  if (lists.some((list) => list.length === 0)) return [];
  return Array.from({ length: most }, (_, i) => lists.map((list) => list[Math.min(i, list.length - 1)]).join(','));
}

/** Fractional and whole steps of one number; none for what is no number. */
function candidates(text: string, scale: 'linear' | 'log', direction: 1 | -1): string[] {
  const value = readDecimal(text);
  if (!Number.isFinite(value)) return [];
  if (scale === 'linear') return [linearStep(value, direction), Math.round(value) + direction].map(shortText);
  // Zero has no place on a log scale: it stays where it is.
  if (value <= 0) return [text.trim()];
  const rung = nextRung(value, direction);
  const whole =
    direction > 0
      ? Math.max(Math.round(value) + 1, Math.ceil(rung))
      : Math.min(Math.round(value) - 1, Math.floor(rung));
  return [rung, whole].map(shortText);
}

/** A twentieth of the size of the number, rounded to 1, 2 or 5 times a power of ten; 0.1 from zero. */
function linearStep(value: number, direction: 1 | -1): number {
  const size = Math.abs(value);
  if (size < 1e-9) return 0.1 * direction;
  // Measured where the smaller of both ends is, so that a step back is as long as the step.
  const inner = direction * value > 0 ? size * 1.0001 : size * 0.9999;
  const decade = 10 ** Math.floor(Math.log10(inner / 20));
  const share = inner / 20 / decade;
  const step = decade * (share >= 5 ? 5 : share >= 2 ? 2 : 1);
  const next = Math.round(value / step) * step;
  return Math.abs(next - value) > step * 1e-6 && direction * (next - value) > 0 ? next : next + direction * step;
}

function nextRung(value: number, direction: 1 | -1): number {
  const decade = Math.floor(Math.log10(value) + 1e-12);
  const rungs = [decade - 1, decade, decade + 1].flatMap((power) => RUNGS.map((rung) => Number(`${rung}e${power}`)));
  const isBeyond = (rung: number) => direction * (rung - value) > value * 1e-9;
  return (direction > 0 ? rungs.find(isBeyond) : rungs.findLast(isBeyond)) ?? value;
}

function shortText(value: number): string {
  return String(Number(value.toPrecision(12)));
}
