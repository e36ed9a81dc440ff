import { expect, test } from 'vitest';
import { cardPays, descentWork } from '../../../src/sim/backends/gpu-threshold.js';

const square = (dim: number) => ({ rows: dim, hidden: dim, cols: dim });

test('work counts the three products of each step', () => {
  expect(descentWork({ rows: 2, hidden: 3, cols: 5 }, 7, 11)).toEqual({ flops: 6 * 30 * 77, passes: 33 });
});

test('a card pays for large ensembles trained for long, and for nothing small', () => {
  expect(cardPays(descentWork(square(64), 1024, 10_000), 2)).toBe(true);
  // A study of a second or two is over before a card has started.
  expect(cardPays(descentWork(square(64), 64, 1000), 2)).toBe(false);
  // A small network waits for the launches, however many steps it makes.
  expect(cardPays(descentWork(square(16), 1, 1e8), 2)).toBe(false);
  // What a slow card would not beat is left to the processor.
  expect(cardPays(descentWork(square(64), 1024, 10_000), 64)).toBe(false);
});
