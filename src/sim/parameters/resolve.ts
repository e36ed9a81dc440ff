import type { z } from 'zod';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { nearestName } from '../nearest-name.js';
import type { Scenario } from '../scenario.js';
import { metaOf } from './parameter.js';

/**
 * Turns what a user set into the complete parameters of a scenario.
 *
 * @param settings values by parameter name, as text (from `--set`) or as plain values (from a file); what is missing or
 *   null takes its default
 * @throws InvalidInputError for an unknown name, a value out of range, or values that contradict each other
 */
export function resolveParameters<Parameters extends object>(
  scenario: Scenario<Parameters>,
  settings: Readonly<Record<string, unknown>>,
): Parameters {
  const shape = scenario.schema.shape as Record<string, z.ZodType>;
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(shape, name)) throw unknownParameter(scenario.id, name, value, Object.keys(shape));
  }
  const complete = Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => [name, settings[name] ?? metaOf(schema).default]),
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

function unknownParameter(
  scenario: string,
  name: string,
  value: unknown,
  known: string[],
): InvalidInputError {
  const nearest = nearestName(name, known);
  const hint =
    nearest === undefined
      ? `one of ${known.join(', ')}`
      : `a parameter of ${scenario}; did you mean ${nearest}?`;
  return new InvalidInputError('--set', `${name}=${settingText(value)}`, hint);
}

/** A value as the user would write it; a configuration file can hold what JSON cannot express. */
function settingText(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return typeof value;
  }
}
