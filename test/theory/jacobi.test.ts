import { fc, test } from '@fast-check/vitest';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { orthogonalizeColumns } from '../../src/theory/jacobi.js';
import { gaussianMatrix, seededRandom } from '../support/random-matrices.js';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

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
