import { readDecimal, requireInput } from './invalid-input.js';

/** Singular values of a task: non-increasing, non-negative and finite, the first one positive. */
export type Spectrum = readonly number[];

/** Squares of singular values, and products of two of them with a small constant, stay finite below this. */
const LARGEST_SINGULAR_VALUE = 1e150;

const ALLOWED =
  'power:EXPONENT (EXPONENT >= 0), linear, geometric:RATIO (0 < RATIO <= 1), or a list such as 2,1,0.5 that starts above 0 and never increases';

/**
 * Reads the singular values of a task from their text form or from numbers.
 *
 * Forms: `power:EXPONENT` is `i^-EXPONENT`, `linear` is `(n - i + 1)/n`, `geometric:RATIO` is `RATIO^(i-1)`, for
 * `i = 1 … n` with `n = length`; a list such as `2,1,0.5` gives the values themselves (ties are allowed) and is padded
 * with zeros to `length`.
 *
 * @param length number of singular values of the task, `min(rows, cols)`; an integer from 1
 * @returns a frozen array of exactly `length` values
 * @throws InvalidInputError (option `spectrum`) for an unknown form, a parameter out of its range, an empty, increasing,
 *   negative or non-finite list, a value above 1e150, a first value of zero, or more values than `length`
 */
export function parseSpectrum(input: string | readonly number[], length: number): Spectrum {
  if (typeof input !== 'string') return fromValues(input, length, input);
  const text = input.trim();
  const [form = '', parameter, ...rest] = text.split(':');
  requireInput(rest.length === 0, 'spectrum', input, ALLOWED);
  switch (form.trim()) {
    case 'linear':
      requireInput(parameter === undefined, 'spectrum', input, ALLOWED);
      return fromLaw(length, (index) => (length - index) / length);
    case 'power': {
      const exponent = readDecimal(parameter ?? '');
      const allowed = 'power:EXPONENT with a finite EXPONENT >= 0';
      requireInput(exponent >= 0 && exponent < Infinity, 'spectrum', input, allowed);
      return fromLaw(length, (index) => (index + 1) ** -exponent);
    }
    case 'geometric': {
      const ratio = readDecimal(parameter ?? '');
      requireInput(ratio > 0 && ratio <= 1, 'spectrum', input, 'geometric:RATIO with 0 < RATIO <= 1');
      return fromLaw(length, (index) => ratio ** index);
    }
    default:
      return fromList(text, length, input);
  }
}

function fromList(text: string, length: number, input: string): Spectrum {
  // The values are counted before any is read, so that a very long text costs nothing.
  const values: number[] = [];
  let from = 0;
  while (from <= text.length) {
    const comma = text.indexOf(',', from);
    const to = comma === -1 ? text.length : comma;
    requireFew(values.length + 1, length, input);
    const value = readDecimal(text.slice(from, to));
    requireInput(!Number.isNaN(value), 'spectrum', input, ALLOWED);
    values.push(value);
    from = to + 1;
  }
  return fromValues(values, length, input);
}

function fromValues(values: readonly number[], length: number, input: unknown): Spectrum {
  requireInput(values.length > 0, 'spectrum', input, 'at least one singular value');
  requireFew(values.length, length, input);
  const range = `finite singular values from 0 to ${LARGEST_SINGULAR_VALUE}`;
  values.forEach((value, index) => {
    requireInput(value >= 0 && value <= LARGEST_SINGULAR_VALUE, 'spectrum', input, range);
    const falls = index === 0 || value <= values[index - 1]!;
    requireInput(falls, 'spectrum', input, 'singular values that never increase along the list');
  });
  requireInput(values[0] !== 0, 'spectrum', input, 'a first singular value above 0');
  return fromLaw(length, (index) => values[index] ?? 0);
}

function requireFew(count: number, length: number, input: unknown): void {
  requireInput(count <= length, 'spectrum', input, `at most ${length} singular values, which is min(rows, cols)`);
}

function fromLaw(length: number, law: (index: number) => number): Spectrum {
  return Object.freeze(Array.from({ length }, (_, index) => law(index)));
}

const LARGEST_TARGET = 1e150;

const TARGET_FORMS =
  'scale:FACTOR, overshoot:MODE:FACTOR, erase:MODE, shuffle, or a list of singular values such as 3,1,0.5';

/**
 * Reads the singular values `σ^ft` of a fine-tuning task, in the order of the modes of pre-training (they need not be sorted).
 *
 * Forms, with modes counted from 1 and `n = min(p, q)` of them:
 *
 * - `scale:F`: every mode times `F`;
 * - `overshoot:N:F`: the modes after the `N`-th times `F`, the others unchanged;
 * - `erase:N`: the modes after the `N`-th to 0, the others unchanged;
 * - `shuffle`: a random permutation of the nonzero singular values, so that the task keeps its modes;
 * - a list (text or numbers): the values themselves, either one for each *nonzero* singular value of pre-training (the rest of
 *   the `n` are then 0) or all `n`.
 *
 * @param spectrum all `n` singular values of pre-training
 * @param random source of uniform numbers in [0, 1), used by `shuffle` only, one per nonzero value but the last
 * @returns a frozen array of `n` finite numbers from 0 to 1e150
 * @throws InvalidInputError (option `target`) for an unknown form, a list of another length, a value that is negative, not a
 *   number or above 1e150, a factor out of 0 to 1e150, or a mode that is not an integer from 0 to `n`
 */
export function parseFineTuningTarget(
  input: string | readonly number[],
  spectrum: Spectrum,
  random: () => number,
): readonly number[] {
  return Object.freeze(
    typeof input === 'string' ? targetFromText(input, spectrum, random) : targetFromList(input, spectrum, input),
  );
}

function targetFromText(input: string, spectrum: Spectrum, random: () => number): number[] {
  const [form, ...parameters] = input.split(':', 4).map((part) => part.trim());
  switch (`${form}/${parameters.length}`) {
    case 'scale/1':
      return scaledAfter(0, readFactor(parameters[0]!, input), spectrum, input);
    case 'overshoot/2': {
      const last = readMode(parameters[0]!, spectrum.length, input);
      return scaledAfter(last, readFactor(parameters[1]!, input), spectrum, input);
    }
    case 'erase/1':
      return scaledAfter(readMode(parameters[0]!, spectrum.length, input), 0, spectrum, input);
    case 'shuffle/0':
      return shuffleNonzero(spectrum, random);
  }
  // The length is checked before anything is read, so that a very long text costs nothing.
  requireInput(parameters.length === 0 && /^[+-.\d]/.test(form!), 'target', input, TARGET_FORMS);
  const parts = input.split(',', spectrum.length + 1);
  return targetFromList(parts.map(readDecimal), spectrum, input);
}

/** Every mode after the `last`-th times a factor. */
function scaledAfter(last: number, factor: number, spectrum: Spectrum, input: string): number[] {
  const target = spectrum.map((sigma, index) => (index < last ? sigma : sigma * factor));
  requireTarget(target, input);
  return target;
}

function targetFromList(values: readonly number[], spectrum: Spectrum, input: unknown): number[] {
  const lengths = [...new Set([nonzeroCount(spectrum), spectrum.length])];
  const allowed = `${lengths.join(' or ')} singular values, as many as pre-training has`;
  requireInput(lengths.includes(values.length), 'target', input, allowed);
  requireTarget(values, input);
  return spectrum.map((_, index) => values[index] ?? 0);
}

function requireTarget(values: readonly number[], input: unknown): void {
  const valid = values.every((value) => value >= 0 && value <= LARGEST_TARGET);
  requireInput(valid, 'target', input, `finite singular values from 0 to ${LARGEST_TARGET}`);
}

function nonzeroCount(spectrum: Spectrum): number {
  return spectrum.filter((sigma) => sigma > 0).length;
}

/** Fisher–Yates on the nonzero values; zeros stay where they are, at the end. */
function shuffleNonzero(spectrum: Spectrum, random: () => number): number[] {
  const values = [...spectrum];
  for (let last = nonzeroCount(spectrum) - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [values[last], values[other]] = [values[other]!, values[last]!];
  }
  return values;
}

function readFactor(text: string, input: string): number {
  const factor = readDecimal(text);
  requireInput(factor >= 0 && factor <= LARGEST_TARGET, 'target', input, `a factor from 0 to ${LARGEST_TARGET}`);
  return factor;
}

function readMode(text: string, modes: number, input: string): number {
  const mode = readDecimal(text);
  const valid = Number.isInteger(mode) && mode >= 0 && mode <= modes;
  requireInput(valid, 'target', input, `a mode that is an integer from 0 to ${modes}`);
  return mode;
}
