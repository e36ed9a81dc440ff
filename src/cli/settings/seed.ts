import { InvalidInputError } from '../../theory/invalid-input.js';

export const DEFAULT_SEED = 1;

/**
 * Reads a seed from text or from a value of a file.
 *
 * @throws InvalidInputError unless it is an integer in [0, 2^53)
 */
export function readSeed(value: unknown): number {
  const seed = typeof value === 'string' && /^\d{1,16}$/.test(value.trim()) ? Number(value) : value;
  if (typeof seed === 'number' && Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new InvalidInputError('--seed', value, `an integer from 0 to ${Number.MAX_SAFE_INTEGER}`);
}
