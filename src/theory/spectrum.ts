import { readDecimal } from './decimal.js';
import { InvalidInputError } from './invalid-input.js';

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
 * @param input the text form, or the values
 * @param length number of singular values of the task, `min(rows, cols)`; an integer from 1
 * @returns a frozen array of exactly `length` values
 * @throws InvalidInputError (option `spectrum`) for an unknown form, a parameter out of its range, an empty, increasing,
 *   negative or non-finite list, a value above 1e150, a first value of zero, or more values than `length`
 */
export function parseSpectrum(input: string | readonly number[], length: number): Spectrum {
  if (typeof input !== 'string') return fromValues(input, length, input);
  const text = input.trim();
  const [form = '', parameter, ...rest] = text.split(':');
  if (rest.length > 0) throw new InvalidInputError('spectrum', input, ALLOWED);
  switch (form.trim()) {
    case 'linear':
      if (parameter !== undefined) throw new InvalidInputError('spectrum', input, ALLOWED);
      return fromLaw(length, (index) => (length - index) / length);
    case 'power': {
      const exponent = readDecimal(parameter ?? '');
      if (!(exponent >= 0 && exponent < Infinity)) {
        throw new InvalidInputError('spectrum', input, 'power:EXPONENT with a finite EXPONENT >= 0');
      }
      return fromLaw(length, (index) => (index + 1) ** -exponent);
    }
    case 'geometric': {
      const ratio = readDecimal(parameter ?? '');
      if (!(ratio > 0 && ratio <= 1)) {
        throw new InvalidInputError('spectrum', input, 'geometric:RATIO with 0 < RATIO <= 1');
      }
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
    if (values.length === length) throw tooLong(input, length);
    const value = readDecimal(text.slice(from, to));
    if (Number.isNaN(value)) throw new InvalidInputError('spectrum', input, ALLOWED);
    values.push(value);
    from = to + 1;
  }
  return fromValues(values, length, input);
}

function fromValues(values: readonly number[], length: number, input: unknown): Spectrum {
  if (values.length === 0) throw new InvalidInputError('spectrum', input, 'at least one singular value');
  if (values.length > length) throw tooLong(input, length);
  let previous = LARGEST_SINGULAR_VALUE;
  for (const value of values) {
    if (!(value >= 0 && value <= LARGEST_SINGULAR_VALUE)) {
      throw new InvalidInputError(
        'spectrum',
        input,
        `finite singular values from 0 to ${LARGEST_SINGULAR_VALUE}`,
      );
    }
    if (value > previous) {
      throw new InvalidInputError('spectrum', input, 'singular values that never increase along the list');
    }
    previous = value;
  }
  if (values[0] === 0) throw new InvalidInputError('spectrum', input, 'a first singular value above 0');
  return fromLaw(length, (index) => values[index] ?? 0);
}

function tooLong(input: unknown, length: number): InvalidInputError {
  return new InvalidInputError(
    'spectrum',
    input,
    `at most ${length} singular values, which is min(rows, cols)`,
  );
}

function fromLaw(length: number, law: (index: number) => number): Spectrum {
  return Object.freeze(Array.from({ length }, (_, index) => law(index)));
}
