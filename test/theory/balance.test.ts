import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { imbalanceMatrix, imbalanceOf } from '../../src/theory/balance.js';
import { integrateWeights } from '../support/integrate.js';
import { balancedWeights, gaussianMatrix, seededRandom } from '../support/random-matrices.js';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

describe('imbalanceOf', () => {
  test.prop([seeds, fc.constantFrom(-2, -0.3, 0, 0.01, 5)])(
    'finds the imbalance of λ-balanced weights',
    (seed, expected) => {
      const random = seededRandom(seed);
      const { first, second } = balancedWeights(5, 3, 4, 0.7, expected, random);
      const found = imbalanceOf(first, second);
      if (expected === 0) expect(found).toBe(0);
      else expect(Math.abs(found! - expected)).toBeLessThan(1e-13);
    },
  );

  test.prop([seeds])('refuses generic weights, and takes any with one hidden unit', (seed) => {
    const random = seededRandom(seed);
    expect(imbalanceOf(gaussianMatrix(4, 3, random), gaussianMatrix(3, 5, random))).toBeNull();
    const column = gaussianMatrix(4, 1, random);
    const row = gaussianMatrix(1, 5, random);
    expect(imbalanceOf(column, row)).toBeCloseTo(column.dot(column) - row.dot(row), 12);
  });

  test('scales with the weights and obeys its tolerance', () => {
    for (const size of [1e-100, 1, 1e100]) {
      const first = Matrix.diag([size, size]);
      const second = Matrix.diag([size, size * (1 + 1e-6)]);
      expect(imbalanceOf(first, second)).toBeNull();
      expect(imbalanceOf(first, second, 1e-5)).not.toBeNull();
      expect(imbalanceOf(first, first)).toBe(0);
    }
    expect(imbalanceOf(Matrix.zeros(2, 2), Matrix.zeros(2, 2))).toBe(0);
    expect(imbalanceOf(Matrix.diag([Number.NaN]), Matrix.eye(1))).toBeNull();
  });

  test.prop([seeds], { numRuns: 20 })(
    'is the trace of a matrix that gradient flow conserves from any start',
    (seed) => {
      const random = seededRandom(seed);
      const [first, second, task] = [
        gaussianMatrix(3, 2, random),
        gaussianMatrix(2, 4, random),
        gaussianMatrix(3, 4, random),
      ];
      const end = integrateWeights(first, second, task, 1);
      const drift = Matrix.sub(imbalanceMatrix(end.first, end.second), imbalanceMatrix(first, second));
      expect(drift.norm()).toBeLessThan(1e-9);
    },
  );
});
