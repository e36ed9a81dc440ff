import { fc, test } from '@fast-check/vitest';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { eliminateGraded, fullSingularBasis, orthogonalizeColumns } from '../../src/theory/linear-algebra.js';
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

describe('orthogonalizeColumns', () => {
  test.prop([seeds, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 5 })])(
    'is A V with an orthogonal V and orthogonal columns, whose lengths are the singular values',
    (seed, columns, more) => {
      const matrix = gaussianMatrix(columns + more, columns, seededRandom(seed));
      const result = orthogonalizeColumns(matrix.transpose().to2DArray());
      const product = new Matrix(result.columns.map((column) => [...column])).transpose();
      const rotation = new Matrix(result.rotation.map((column) => [...column])).transpose();
      expect(Matrix.sub(rotation.transpose().mmul(rotation), Matrix.eye(columns)).norm()).toBeLessThan(1e-13);
      expect(Matrix.sub(matrix.mmul(rotation), product).norm()).toBeLessThan(1e-13);
      const lengths = result.columns.map((column) => Math.hypot(...column)).sort((a, b) => b - a);
      const known = new SingularValueDecomposition(matrix).diagonal;
      for (const [index, value] of known.entries()) expect(lengths[index]).toBeCloseTo(value, 12);
    },
  );

  test('keeps a nearly absent rotation (down to ε) and a tiny column to full relative accuracy', () => {
    // tan 2θ = 2γ/(α - β) with α = 4 + δ², β = 1 + δ², γ = 3δ: θ = δ to first order.
    for (const delta of [1e-8, 1e-12, 1e-15]) {
      const { rotation } = orthogonalizeColumns([
        [2, delta],
        [delta, 1],
      ]);
      expect(Math.abs(rotation[0]![1]!) / delta).toBeCloseTo(1, 14);
    }
    const graded = orthogonalizeColumns([
      [1, 1],
      [1e-100, -1e-100 * (1 + 1e-3)],
    ]);
    const small = Math.min(...graded.columns.map((column) => Math.hypot(...column)));
    // det / σ_1 = (2 + 1e-3)·1e-100/√2.
    expect((small * Math.SQRT2) / 2.001e-100).toBeCloseTo(1, 13);
  });

  test('leaves blocks that do not meet exactly apart', () => {
    const { rotation } = orthogonalizeColumns([
      [1, 2, 0, 0],
      [2, 5, 0, 0],
      [0, 0, 3, 1],
      [0, 0, 1, 1],
    ]);
    for (const [row, column] of [
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
    ] as const) {
      expect(rotation[row]![column]).toBe(0);
      expect(rotation[column]![row]).toBe(0);
    }
  });

  test('takes zero columns', () => {
    const { columns } = orthogonalizeColumns([
      [0, 0],
      [3, 4],
    ]);
    expect(columns.map((column) => [...column])).toEqual([
      [0, 0],
      [3, 4],
    ]);
  });
});

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
