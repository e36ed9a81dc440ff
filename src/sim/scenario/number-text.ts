import { readDecimal } from '../../theory/decimal.js';

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
