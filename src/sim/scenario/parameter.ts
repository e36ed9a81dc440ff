import { z } from 'zod';
import { readDecimal } from '../../theory/invalid-input.js';

/**
 * Reads a decimal number from text; anything else is returned unchanged, for the schema to refuse by name.
 * Text that overflows (`1e400`) becomes Infinity, which no schema accepts.
 */
export function readNumber(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const number = readDecimal(value);
  return Number.isNaN(number) ? value : number;
}

/** Reads `1,2,3` or a single number as a list; anything else is returned unchanged. */
export function readList(value: unknown): unknown {
  if (typeof value === 'number') return [value];
  if (typeof value === 'string') return value.trim() === '' ? value : value.split(',').map(readNumber);
  return value;
}

/** Times beyond this many are refused: the table alone would take gigabytes. */
const MOST_TIMES = 1_000_000;

/**
 * Reads `log:FROM:TO:COUNT`, `linear:FROM:TO:COUNT` or a list of times. Anything else comes back unchanged, or as a list
 * that is not increasing, for the schema to refuse.
 */
export function readTimes(value: unknown): unknown {
  if (typeof value !== 'string') return readList(value);
  const [form, ...rest] = value.trim().split(':');
  if (form !== 'log' && form !== 'linear') return readList(value);
  const [from, to, count] = rest.map(readNumber);
  if (rest.length !== 3 || typeof from !== 'number' || typeof to !== 'number' || typeof count !== 'number')
    return value;
  const inRange = Number.isInteger(count) && count >= 2 && count <= MOST_TIMES && from < to && Number.isFinite(to);
  if (!inRange || (form === 'log' && from <= 0)) return value;
  return form === 'log' ? logGrid(from, to, count) : linearGrid(from, to, count);
}

/** Equal ratios from `from` to `to`, both included exactly. */
function logGrid(from: number, to: number, count: number): number[] {
  // Half steps, since the ratio of the ends may overflow where the ends do not.
  const halfStep = (Math.log(to) - Math.log(from)) / (count - 1) / 2;
  return Array.from({ length: count }, (_, i) => {
    const growth = Math.exp(i * halfStep);
    return i === count - 1 ? to : from * growth * growth;
  });
}

/** Equal steps from `from` to `to`, both included exactly. */
function linearGrid(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? to : from + ((to - from) * i) / (count - 1)));
}

export function increasing(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > values[index - 1]!);
}

/** What a person needs to know about a parameter, shown by the help, the error messages and the terminal UI. */
export interface ParameterMeta {
  readonly description: string;
  /** Unit in plain text; `1` for a pure number. */
  readonly unit: string;
  /** The allowed values, as the end of the sentence "expected …". */
  readonly range: string;
  /** The default as a user would write it; absent where it follows from other parameters. */
  readonly default?: string;
  /** How arrows step it. */
  readonly scale?: 'linear' | 'log';
  /** The allowed words, where it is a choice. */
  readonly choices?: readonly string[];
}

/** Attaches what a person needs to know to a schema; must be the outermost call on it. */
export function described<Schema extends z.ZodType>(schema: Schema, meta: ParameterMeta): Schema {
  return schema.meta({ ...meta });
}

/** The description of a parameter's schema; every parameter has one, so its absence is a defect. */
export function metaOf(schema: z.ZodType): ParameterMeta {
  const meta = schema.meta() as (ParameterMeta & Record<string, unknown>) | undefined;
  if (meta?.range === undefined) throw new Error('a parameter lacks its description');
  return meta;
}

/** A number, also accepted as text. */
export function numeric(number: z.ZodNumber) {
  return z.preprocess(readNumber, number);
}

/** A list of numbers, also accepted as text with commas or as a single number. */
export function numericList(list: z.ZodType<number[]>) {
  return z.preprocess(readList, list);
}

/** Whether no two values are the same: two equal curves could not be told apart. */
export function distinct(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

/** What some parameters say of themselves beside their bounds, default and description. */
type More = Partial<Pick<ParameterMeta, 'unit' | 'range' | 'scale'>>;

/** An integer between bounds; unless it says otherwise a pure number, stepped by ratios. */
export function integer([from, to]: readonly [number, number], fallback: number, description: string, more: More = {}) {
  const range = `an integer from ${from} to ${to}`;
  const meta = { default: String(fallback), description, unit: '1', range, scale: 'log', ...more } as const;
  return described(numeric(z.number().int().min(from).max(to)), meta);
}

/** A number between bounds, both included; unless it says otherwise a pure number, stepped by ratios. */
export function between([from, to]: readonly [number, number], fallback: number, description: string, more: More = {}) {
  const range = `a number from ${from} to ${brief(to)}`;
  const meta = { default: String(fallback), description, unit: '1', range, scale: 'log', ...more } as const;
  return described(numeric(z.number().min(from).max(to)), meta);
}

/** A number above 0 and up to a bound; unless it says otherwise a pure number, stepped by ratios. */
export function positive(to: number, fallback: number, description: string, more: More = {}) {
  const range = `a number above 0 and up to ${brief(to)}`;
  const meta = { default: String(fallback), description, unit: '1', range, scale: 'log', ...more } as const;
  return described(numeric(z.number().positive().max(to)), meta);
}

export function choice<const Word extends string>(
  words: readonly Word[],
  fallback: Word,
  description: string,
  range = `one of ${words.join(', ')}`,
) {
  return described(z.enum(words), { default: fallback, description, unit: '1', range, choices: [...words] });
}

/** A list of some words, also accepted as text with commas. */
export function choices<const Word extends string>(words: readonly Word[], fallback: string, description: string) {
  const split = (value: unknown) => (typeof value === 'string' ? value.split(',').map((word) => word.trim()) : value);
  return described(z.preprocess(split, z.array(z.enum(words)).min(1).refine(distinct)), {
    ...{ default: fallback, description, unit: '1' },
    range: `one or more of ${words.join(', ')}, each once`,
  });
}

/** A bound as it is written: 1e5 and not 100000. */
function brief(bound: number): string {
  return bound >= 1e5 ? bound.toExponential().replace('+', '') : String(bound);
}
