import { readDecimal } from './decimal.js';
import { InvalidInputError } from './invalid-input.js';
import type { Spectrum } from './spectrum.js';

const LARGEST_VALUE = 1e150;

const ALLOWED =
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
 * @param input the text form, or the values
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
    typeof input === 'string' ? fromText(input, spectrum, random) : fromList(input, spectrum, input),
  );
}

function fromText(input: string, spectrum: Spectrum, random: () => number): number[] {
  const [form, ...parameters] = input
    .trim()
    .split(':', 4)
    .map((part) => part.trim());
  switch (`${form}/${parameters.length}`) {
    case 'scale/1': {
      const factor = readFactor(parameters[0]!, input);
      return checked(
        spectrum.map((sigma) => sigma * factor),
        input,
      );
    }
    case 'overshoot/2': {
      const last = readMode(parameters[0]!, spectrum.length, input);
      const factor = readFactor(parameters[1]!, input);
      return checked(
        spectrum.map((sigma, index) => (index < last ? sigma : sigma * factor)),
        input,
      );
    }
    case 'erase/1': {
      const last = readMode(parameters[0]!, spectrum.length, input);
      return spectrum.map((sigma, index) => (index < last ? sigma : 0));
    }
    case 'shuffle/0':
      return shuffleNonzero(spectrum, random);
  }
  // The length is checked before anything is read, so that a very long text costs nothing.
  if (parameters.length > 0 || !/^[+-.\d]/.test(form!)) throw new InvalidInputError('target', input, ALLOWED);
  const parts = input.split(',', spectrum.length + 1);
  return fromList(parts.map(readDecimal), spectrum, input);
}

function fromList(values: readonly number[], spectrum: Spectrum, input: unknown): number[] {
  const nonzero = spectrum.filter((sigma) => sigma > 0).length;
  if (values.length !== nonzero && values.length !== spectrum.length) {
    const lengths = nonzero === spectrum.length ? `${nonzero}` : `${nonzero} or ${spectrum.length}`;
    throw new InvalidInputError('target', input, `${lengths} singular values, as many as pre-training has`);
  }
  return checked(
    spectrum.map((_, index) => values[index] ?? 0),
    input,
  );
}

function checked(values: number[], input: unknown): number[] {
  if (values.every((value) => value >= 0 && value <= LARGEST_VALUE)) return values;
  throw new InvalidInputError('target', input, `finite singular values from 0 to ${LARGEST_VALUE}`);
}

/** Fisher–Yates on the nonzero values; zeros stay where they are, at the end. */
function shuffleNonzero(spectrum: Spectrum, random: () => number): number[] {
  const values = [...spectrum];
  const nonzero = values.filter((sigma) => sigma > 0).length;
  for (let last = nonzero - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [values[last], values[other]] = [values[other]!, values[last]!];
  }
  return values;
}

function readFactor(text: string, input: string): number {
  const factor = readDecimal(text);
  if (factor >= 0 && factor <= LARGEST_VALUE) return factor;
  throw new InvalidInputError('target', input, `a factor from 0 to ${LARGEST_VALUE}`);
}

function readMode(text: string, modes: number, input: string): number {
  const mode = readDecimal(text);
  if (Number.isInteger(mode) && mode >= 0 && mode <= modes) return mode;
  throw new InvalidInputError('target', input, `a mode that is an integer from 0 to ${modes}`);
}
