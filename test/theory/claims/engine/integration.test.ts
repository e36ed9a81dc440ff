import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { drawnMatrix } from '../../../../src/theory/claims/engine/draws.js';
import { flowByTaylor, longestStep, panelIntegral } from '../../../../src/theory/claims/engine/integration.js';
import { integrateWeights } from '../../../support/integrate.js';

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

describe('gradient flow by Taylor series', () => {
  test.each([
    [1, 1, 1, 0.3],
    [2, 1, 3, 0.2],
    [3, 4, 2, 0.1],
    [2, 3, 2, 1],
  ])('agrees with ODEX for weights of any shape and balance: %d×%d×%d until %d', (rows, hidden, cols, time) => {
    const [first, second] = [drawnMatrix(rows, hidden, 5), drawnMatrix(hidden, cols, 6)];
    const task = drawnMatrix(rows, cols, 7);
    const end = flowByTaylor(first, second, task, time);
    const expected = integrateWeights(first, second, task, time);
    // ODEX is asked for 1e-13 per step.
    expect(Matrix.sub(end.first, expected.first).norm()).toBeLessThan(1e-11);
    expect(Matrix.sub(end.second, expected.second).norm()).toBeLessThan(1e-11);
  });

  test('is the sigmoid for one unit: a² = 1/(1 + 3e^{-4t}) from a² = 1/4', () => {
    const half = Matrix.eye(1, 1, 0.5);
    const { first, second } = flowByTaylor(half, half, Matrix.eye(1), 0.7);
    expect(first.get(0, 0) ** 2).toBeCloseTo(1 / (1 + 3 * Math.exp(-2.8)), 14);
    expect(second.get(0, 0)).toBe(first.get(0, 0));
  });

  test('one step and two halves of it end at the same place, which a series cut too early would not', () => {
    const [first, second, task] = [drawnMatrix(3, 2, 1), drawnMatrix(2, 3, 2), drawnMatrix(3, 3, 3)];
    const step = longestStep(first, second, task);
    const once = flowByTaylor(first, second, task, step);
    const middle = flowByTaylor(first, second, task, step / 2);
    const twice = flowByTaylor(middle.first, middle.second, task, step / 2);
    expect(Matrix.sub(once.first, twice.first).norm()).toBeLessThan(4e-16 * 8 * first.norm());
  });

  test('changes nothing in no time, nor at a critical point', () => {
    const [first, second] = [drawnMatrix(2, 2, 1), drawnMatrix(2, 2, 2)];
    expect(flowByTaylor(first, second, Matrix.eye(2), 0).first).toBe(first);
    const rest = flowByTaylor(Matrix.eye(2), Matrix.eye(2), Matrix.eye(2), 1);
    expect(Matrix.sub(rest.first, Matrix.eye(2)).norm()).toBe(0);
  });
});
