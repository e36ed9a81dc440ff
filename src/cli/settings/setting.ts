import { nearestName } from '../../sim/scenario/nearest-name.js';
import { InvalidInputError } from '../../theory/invalid-input.js';

/** Parameters as a user gave them, by name: text from `--set`, plain values from a file. */
export type Settings = Map<string, unknown>;

/** Adds one `--set key=value` to those before. Two values for one parameter are more likely a slip than a wish. */
export function collectSetting(text: string, before: Settings | undefined): Settings {
  const settings = before ?? new Map<string, unknown>();
  const equals = text.indexOf('=');
  const name = text.slice(0, Math.max(0, equals)).trim();
  if (name === '') throw new InvalidInputError('--set', text, 'name=value');
  const once = `each parameter once; ${name} is already set to ${String(settings.get(name))}`;
  if (settings.has(name)) throw new InvalidInputError('--set', text, once);
  return settings.set(name, text.slice(equals + 1));
}

/** The settings for the schema, without a prototype, so that a key such as `__proto__` is a key like any other. */
export function settingsRecord(settings: Settings): Readonly<Record<string, unknown>> {
  return Object.assign(Object.create(null), Object.fromEntries(settings));
}

/** A setting as `--set` takes it: lists with commas, numbers in their shortest form. */
export function settingText(value: unknown): string {
  if (Array.isArray(value)) return value.map(settingText).join(',');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

/** Reads one of several words; a wrong one is told which they are, and which is nearest. */
export function readChoice<Choice extends string>(option: string, value: unknown, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const nearest = typeof value === 'string' ? nearestName(value, choices) : undefined;
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  throw new InvalidInputError(option, value, `${choices.join(', ')}${hint}`);
}

/** Refuses an option that is given twice, since one of the two values would be lost silently. */
export function once(option: string): (value: string, before: string | undefined) => string {
  return (value, before) => {
    if (before === undefined) return value;
    throw new InvalidInputError(option, value, `the option once; it is already ${before}`);
  };
}
