import { expect, test } from 'vitest';
import {
  hessianOf,
  hessianTraceOf,
  meanOverSigns,
  type SeparatelyQuadratic,
  slopes,
} from '../../../../src/theory/claims/engine/explicit-loss.js';

/** `x²y² + 3xy² - x + 2z²`, at most quadratic in each coordinate. */
const polynomial: SeparatelyQuadratic = (point) => {
  const [x = 0, y = 0, z = 0] = point;
  return x * x * y * y + 3 * x * y * y - x + 2 * z * z;
};
const point = Float64Array.of(2, -1, 3);

// Steps of a power of two keep every value of the polynomial a double.
test.each([0.25, 1, 8])('differences with a step of %d have no truncation error', (step) => {
  expect([...slopes(polynomial, point, step)]).toEqual([2 * 2 * 1 + 3 - 1, 2 * 4 * -1 + 6 * 2 * -1, 4 * 3]);
  expect(hessianTraceOf(polynomial, point, step)).toBe(2 + (2 * 4 + 6 * 2) + 4);
  expect(hessianOf(polynomial, point, step).to2DArray()).toEqual([
    [2, 4 * 2 * -1 + 6 * -1, 0],
    [4 * 2 * -1 + 6 * -1, 2 * 4 + 6 * 2, 0],
    [0, 0, 4],
  ]);
});

test('the mean over signs is the mean under any centred noise of the same variances', () => {
  // E[x²]E[y²] + 3x E[y²] - x + 2E[z²] with E[x²] = 4 + 1, E[y²] = 1 + 4, E[z²] = 9 + 0.
  expect(meanOverSigns(polynomial, point, [1, 2, 0])).toBe(5 * 5 + 3 * 2 * 5 - 2 + 2 * 9);
});
