import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { eliminateGraded } from '../../src/theory/graded-elimination.js';
import { gaussianMatrix, seededRandom } from '../support/random-matrices.js';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const exponents = fc.array(fc.double({ min: -1e4, max: 1e4, noNaN: true }), { minLength: 6, maxLength: 6 });

describe('eliminateGraded', () => {
  test.prop([seeds, fc.integer({ min: 1, max: 8 }), exponents])(
    'gives a lower trapezoid with the same products of rows, and pivots that dominate their columns',
    (seed, columns, logScales) => {
      const start = gaussianMatrix(6, columns, seededRandom(seed));
      const { rows, pivots } = eliminateGraded(start, Matrix.zeros(6, columns), logScales);
      expect(pivots).toHaveLength(Math.min(6, columns));
      expect(new Set(pivots).size).toBe(pivots.length);
      const reduced = new Matrix(rows.map((row) => [...row]));
      const products = Matrix.sub(reduced.mmul(reduced.transpose()), start.mmul(start.transpose()));
      expect(products.norm()).toBeLessThan(1e-12);
      pivots.forEach((pivot, column) => {
        expect(rows[pivot]!.slice(column + 1).every((entry) => entry === 0)).toBe(true);
        const size = logScales[pivot]! + Math.log(Math.abs(rows[pivot]![column]!));
        rows.forEach((row, index) => {
          if (pivots.indexOf(index) >= 0 && pivots.indexOf(index) < column) return;
          expect(logScales[index]! + Math.log(Math.abs(row[column]!))).toBeLessThanOrEqual(size + 1e-9);
        });
      });
    },
  );

  test('stops at the rank, when what is left is rounding', () => {
    const random = seededRandom(3);
    const start = gaussianMatrix(5, 2, random).mmul(gaussianMatrix(2, 4, random));
    const errors = Matrix.ones(5, 4).mul(1e-14);
    expect(eliminateGraded(start, errors, [0, 0, 0, 0, 0]).pivots).toHaveLength(2);
    expect(eliminateGraded(Matrix.zeros(5, 4), errors, [0, 0, 0, 0, 0]).pivots).toEqual([]);
  });

  test('keeps a column that is 150 decades smaller', () => {
    const start = new Matrix([
      [1, 1e-150],
      [1, 2e-150],
    ]);
    const errors = new Matrix([
      [1e-15, 1e-165],
      [1e-15, 1e-165],
    ]);
    const { rows, pivots } = eliminateGraded(start, errors, [1, 0]);
    expect(pivots).toEqual([0, 1]);
    expect(Math.abs(rows[1]![1]!) / 1e-150).toBeCloseTo(1, 13);
  });
});
