import { expect, test } from 'vitest';
import { panelIntegral } from '../../../../src/theory/claims/engine/integration.js';

test.each([0, 1, 2, 15, 16, 30, 31])('sixteen points integrate x^%d exactly', (power) => {
  expect(panelIntegral((x) => x ** power, 0, 1)).toBeCloseTo(1 / (power + 1), 14);
});

test('and x^32 not, which shows that it is the rule of degree 31', () => {
  // The error of the 16-point rule on x^32 over [-1, 1] is 2^33 (16!)^4 / (33 (32!)^2) = 7.2046e-10.
  const error = 2 / 33 - panelIntegral((x) => x ** 32, -1, 1);
  expect(error).toBeGreaterThan(7.2e-10);
  expect(error).toBeLessThan(7.21e-10);
});

test('analytic functions to rounding, in either direction', () => {
  expect(panelIntegral(Math.exp, 0, 1)).toBeCloseTo(Math.E - 1, 14);
  expect(panelIntegral(Math.exp, 1, 0)).toBeCloseTo(1 - Math.E, 14);
  expect(panelIntegral((x) => 1 / x, 1, 2)).toBeCloseTo(Math.LN2, 14);
});
