import { fc, test } from '@fast-check/vitest';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, vi } from 'vitest';
import {
  leastSensitiveFactors,
  nuclearNorm,
  sensitivityFloor,
} from '../../src/theory/factorization-floor.js';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import { expectedExcess, hessianTrace, squaredNorm } from '../../src/theory/sensitivity.js';
import { balancedWeights, gaussianMatrix, seededRandom } from '../support/random-matrices.js';

const dimension = fc.integer({ min: 1, max: 6 });

/** `q‖W1‖² + p‖W2‖²`, half the trace of the Hessian. */
function sensitivity(first: Matrix, second: Matrix): number {
  return hessianTrace(first, second) / 2;
}

describe('floor of the sensitivity over all factorisations (T6)', () => {
  test.prop([dimension, dimension, dimension, fc.nat()])(
    'no factors are below it',
    (rows, hidden, cols, seed) => {
      const random = seededRandom(seed);
      const [first, second] = [gaussianMatrix(rows, hidden, random), gaussianMatrix(hidden, cols, random)];
      const floor = sensitivityFloor(first.mmul(second));
      expect(sensitivity(first, second)).toBeGreaterThanOrEqual(floor * (1 - 1e-12));
    },
  );

  test.prop([dimension, dimension, fc.nat(), fc.nat(3)])(
    'the balanced factors attain it, whatever the width',
    (rows, cols, seed, extra) => {
      const product = gaussianMatrix(rows, cols, seededRandom(seed));
      const { first, second } = leastSensitiveFactors(product, Math.min(rows, cols) + extra);
      const size = squaredNorm(product) + 1;
      expect([first.rows, first.columns, second.rows, second.columns]).toEqual([
        rows,
        Math.min(rows, cols) + extra,
        Math.min(rows, cols) + extra,
        cols,
      ]);
      expect(Matrix.sub(first.mmul(second), product).norm()).toBeLessThan(1e-12 * size);
      const floor = sensitivityFloor(product);
      expect(Math.abs(sensitivity(first, second) - floor)).toBeLessThan(1e-12 * floor);
      // Equality holds exactly where q W1ᵀW1 = p W2W2ᵀ.
      const left = first.transpose().mmul(first).mul(cols);
      const right = second.mmul(second.transpose()).mul(rows);
      expect(Matrix.sub(left, right).norm()).toBeLessThan(1e-11 * size * (rows + cols));
    },
  );

  test.prop([dimension, dimension, fc.nat(), fc.double({ min: 0.3, max: 3, noNaN: true })])(
    'other scales and mixed hidden units cost more',
    (rows, cols, seed, scale) => {
      const random = seededRandom(seed);
      const { first, second } = leastSensitiveFactors(gaussianMatrix(rows, cols, random));
      const floor = sensitivityFloor(first.mmul(second));
      const scaled = sensitivity(Matrix.mul(first, scale), Matrix.mul(second, 1 / scale));
      expect(Math.abs(scaled - (floor * (scale ** 2 + scale ** -2)) / 2)).toBeLessThan(1e-12 * scaled);
    },
  );

  test.prop([dimension, fc.nat()])(
    'training from a balanced start of a square network is at the floor',
    (dim, seed) => {
      const { first, second } = balancedWeights(dim, dim, dim, 1, 0, seededRandom(seed));
      const floor = sensitivityFloor(first.mmul(second));
      expect(Math.abs(sensitivity(first, second) - floor)).toBeLessThan(1e-11 * floor);
      // The whole excess is the floor of γ² and what no factorisation of this width changes.
      const expected = 0.09 * floor + 0.3 ** 4 * dim ** 3;
      expect(Math.abs(expectedExcess(first, second, 0.3) - expected)).toBeLessThan(1e-11 * expected);
    },
  );

  test('the nuclear norm is the sum of singular values, and wide matrices print nothing', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      const wide = gaussianMatrix(2, 5, seededRandom(3));
      const tall = new SingularValueDecomposition(wide.transpose()).diagonal;
      expect(nuclearNorm(wide)).toBeCloseTo(tall[0]! + tall[1]!, 12);
      leastSensitiveFactors(wide);
      expect(warn).not.toHaveBeenCalled();
    } finally {
      warn.mockRestore();
    }
    expect(nuclearNorm(Matrix.zeros(2, 3))).toBe(0);
  });

  test.each([1, 2.5, Number.NaN, -3])('refuses a width of %s for a 2x3 matrix', (hidden) => {
    expect(() => leastSensitiveFactors(Matrix.ones(2, 3), hidden)).toThrow(InvalidInputError);
  });
});
