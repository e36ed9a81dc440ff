import { expect, test } from 'vitest';
import { jackknifeError } from '../../../src/sim/noise/means.js';

test('the jackknife gives a mean its standard error', () => {
  // Draws 1, 2, 3, 6: mean 3, sum of squares 14, standard error √(14/3/4). Without one: 11/3, 10/3, 3, 2.
  expect(jackknifeError([11 / 3, 10 / 3, 3, 2])).toBeCloseTo(Math.sqrt(14 / 12), 14);
});

test('the jackknife by hand: two groups, and no spread', () => {
  // Mean 5, squares 1 + 1, times ½.
  expect(jackknifeError([4, 6])).toBe(1);
  expect(jackknifeError([0.1, 0.1, 0.1])).toBe(0);
});
