import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { randomOrthogonal } from '../../../../src/sim/backends/random.js';

describe('random orthogonal matrices', () => {
  test.each([1, 2, 3, 8, 30])('of size %i are orthogonal', (size) => {
    const matrix = randomOrthogonal(size, 5, 0);
    expect([matrix.rows, matrix.columns]).toEqual([size, size]);
    const defect = Matrix.sub(matrix.transpose().mmul(matrix), Matrix.eye(size)).norm();
    // Householder QR of n columns: orthogonal to within a modest multiple of n^{3/2} units of 2⁻⁵³.
    expect(defect).toBeLessThan(10 * size ** 1.5 * 2 ** -53);
  });

  test('are repeated by seed and number, and differ otherwise', () => {
    const one = randomOrthogonal(4, 5, 0).to1DArray();
    expect(randomOrthogonal(4, 5, 0).to1DArray()).toEqual(one);
    expect(randomOrthogonal(4, 5, 1).to1DArray()).not.toEqual(one);
    expect(randomOrthogonal(4, 6, 0).to1DArray()).not.toEqual(one);
  });

  test('are uniform: no sign and no direction is preferred', () => {
    const [size, draws] = [3, 2000];
    const matrices = Array.from({ length: draws }, (_, seed) => randomOrthogonal(size, seed, 0));
    const mean = (of: (matrix: Matrix) => number) => matrices.reduce((sum, matrix) => sum + of(matrix), 0) / draws;
    // Under Haar measure the trace has mean 0 and variance 1, and the determinant is ±1 with equal chances; a QR without
    // corrected signs gives a trace of about −1. An entry has variance 1/n. Four standard errors each.
    expect(Math.abs(mean((matrix) => matrix.trace()))).toBeLessThan(4 / Math.sqrt(draws));
    expect(Math.abs(mean((matrix) => Math.sign(determinant(matrix))))).toBeLessThan(4 / Math.sqrt(draws));
    for (const [row, column] of [
      [0, 0],
      [2, 1],
      [1, 2],
    ] as const) {
      const square = mean((matrix) => matrix.get(row, column) ** 2);
      // Var(q²) = E q⁴ − 1/n² = 3/(n(n+2)) − 1/n² = 4/45 for n = 3.
      expect(Math.abs(square - 1 / size)).toBeLessThan(4 * Math.sqrt(4 / 45 / draws));
    }
  });
});

/** Of a 3 × 3 matrix, by the rule of Sarrus. */
function determinant(matrix: Matrix): number {
  const at = (row: number, column: number) => matrix.get(row % 3, column % 3);
  return [0, 1, 2].reduce((sum, j) => sum + at(0, j) * (at(1, j + 1) * at(2, j + 2) - at(1, j + 2) * at(2, j + 1)), 0);
}
