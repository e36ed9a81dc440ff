import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { fullSingularBasis } from '../../src/theory/full-singular-basis.js';
import { gaussianMatrix, orthonormalColumns, seededRandom } from '../support/random-matrices.js';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

/** `‖MᵀM - I‖`. */
function departure(matrix: Matrix): number {
  return Matrix.sub(matrix.transpose().mmul(matrix), Matrix.eye(matrix.columns)).norm();
}

describe('fullSingularBasis', () => {
  test.prop([
    seeds,
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 12 }),
    fc.nat({ max: 12 }),
    fc.constantFrom(1e-160, 1e-3, 1, 1e150),
  ])(
    'gives orthogonal bases of both spaces and the matrix back, of any shape, rank and size',
    (seed, rows, cols, rank, scale) => {
      const random = seededRandom(seed);
      const count = Math.min(rank, rows, cols);
      const matrix =
        count === 0
          ? Matrix.zeros(rows, cols)
          : gaussianMatrix(rows, count, random)
              .mmul(gaussianMatrix(count, cols, random))
              .mul(scale);
      const { left, values, right } = fullSingularBasis(matrix);
      expect([left.rows, left.columns, right.rows, right.columns]).toEqual([rows, rows, cols, cols]);
      expect(departure(left)).toBeLessThan(1e-13);
      expect(departure(right)).toBeLessThan(1e-13);
      expect(values).toHaveLength(Math.min(rows, cols));
      expect(values.filter((value) => value > 0)).toHaveLength(count);
      const again = left.mmul(Matrix.diag([...values], rows, cols)).mmul(right.transpose());
      const size = matrix.norm();
      expect(Matrix.sub(again, matrix).norm()).toBeLessThanOrEqual(1e-14 * size * 10);
    },
  );

  test.prop([seeds])('makes repeated singular values equal and null ones zero exactly', (seed) => {
    const random = seededRandom(seed);
    const [left, right] = [orthonormalColumns(6, 5, random), orthonormalColumns(5, 5, random)];
    const matrix = left.mmul(Matrix.diag([2, 1, 1, 1, 0])).mmul(right.transpose());
    const { values } = fullSingularBasis(matrix);
    expect(values[1]).toBe(values[2]);
    expect(values[1]).toBe(values[3]);
    expect(values[1]).toBeCloseTo(1, 13);
    expect(values[0]).toBeCloseTo(2, 13);
    expect(values[4]).toBe(0);
  });
});
