import type { z } from 'zod';
import { InvalidInputError, plainText } from '../../theory/invalid-input.js';
import { nearestName } from './nearest-name.js';
import { metaOf } from './parameter.js';
import type { Scenario } from './scenario.js';

/**
 * Turns what a user set into the complete parameters of a scenario.
 *
 * @param settings values by parameter name, as text (from `--set`) or as plain values (from a file); what is missing or
 *   null takes the value of the preset, if `preset` names one, or its default
 * @throws InvalidInputError for an unknown name, a value out of range, or values that contradict each other
 */
export function resolveParameters<Parameters extends object>(
  scenario: Scenario<Parameters>,
  settings: Readonly<Record<string, unknown>>,
): Parameters {
  const shape = scenario.schema.shape as Record<string, z.ZodType>;
  const known = settingNames(scenario);
  for (const [name, value] of Object.entries(settings)) {
    if (!known.includes(name)) throw unknownParameter(scenario.id, name, value, known);
  }
  const preset = presetSettings(scenario, settings.preset);
  const complete = Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => [name, settings[name] ?? preset[name] ?? metaOf(schema).default]),
  );
  const parsed = scenario.schema.safeParse(complete);
  if (!parsed.success) {
    const name = String(parsed.error.issues[0]?.path[0]);
    const schema = shape[name];
    if (schema === undefined) throw parsed.error;
    throw new InvalidInputError(name, complete[name], metaOf(schema).range);
  }
  return scenario.resolve(parsed.data);
}

/** Names that may be set: the parameters, and `preset` where there are presets. */
export function settingNames({ schema, presets }: Pick<Scenario<never>, 'schema' | 'presets'>): readonly string[] {
  const parameters = Object.keys(schema.shape);
  return presets === undefined ? parameters : [...parameters, 'preset'];
}

function presetSettings(
  { id, presets = {} }: Pick<Scenario<never>, 'id' | 'presets'>,
  name: unknown,
): Readonly<Record<string, string>> {
  if (name === undefined || name === null) return {};
  if (typeof name === 'string' && Object.hasOwn(presets, name)) return presets[name]!;
  const known = Object.keys(presets);
  const nearest = typeof name === 'string' ? nearestName(name, known) : undefined;
  const hint = nearest === undefined ? known.join(', ') : `${known.join(', ')}; did you mean ${nearest}?`;
  throw new InvalidInputError('preset', name, `a preset of ${id}: ${hint}`);
}

function unknownParameter(scenario: string, name: string, value: unknown, known: readonly string[]): InvalidInputError {
  const nearest = nearestName(name, known);
  const hint =
    nearest === undefined ? `one of ${known.join(', ')}` : `a parameter of ${scenario}; did you mean ${nearest}?`;
  return new InvalidInputError('--set', `${name}=${settingText(value)}`, hint);
}

/** A value as the user would write it; a configuration file can hold what JSON cannot express. */
function settingText(value: unknown): string {
  return typeof value === 'string' ? value : plainText(value);
}
