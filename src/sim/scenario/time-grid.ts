import { readList, readNumber } from './number-text.js';

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
  const inRange =
    Number.isInteger(count) && count >= 2 && count <= MOST_TIMES && from < to && Number.isFinite(to);
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
  return Array.from({ length: count }, (_, i) =>
    i === count - 1 ? to : from + ((to - from) * i) / (count - 1),
  );
}

/** Whether numbers increase strictly. */
export function increasing(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > values[index - 1]!);
}
