import { z } from 'zod';
import { readList, readNumber } from './number-text.js';

/** What a person needs to know about a parameter, shown by the help, the error messages and the terminal UI alike. */
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
