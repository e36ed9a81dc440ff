import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { createProblem } from '../../src/theory/problem.js';
import { learnedModes, loss, singularValues, unlearnableLoss } from '../../src/theory/trajectory.js';
import { alignedWeights } from '../support/aligned-weights.js';
import { integrateWeights } from '../support/integrate.js';
import { risingProblem } from '../support/problem-arbitraries.js';
import { seededRandom } from '../support/random-matrices.js';

const dimension = fc.integer({ min: 1, max: 4 });

describe('trajectory of gradient flow (T0)', () => {
  test.prop([dimension, dimension, dimension, fc.double({ min: 0, max: 3, noNaN: true }), fc.nat()], {
    numRuns: 40,
  })(
    'loss and singular values are those of the full matrices, in any bases and shapes',
    (rows, hidden, cols, time, seed) => {
      const random = seededRandom(seed);
      const least = Math.min(rows, cols);
      const spectrum = Array.from({ length: least }, () => 0.1 + random()).sort((a, b) => b - a);
      const problem = createProblem({ rows, hidden, cols, spectrum, tau: 2 });
      const { task, first, second } = alignedWeights(problem, random);
      const end = integrateWeights(first, second, task, time);
      const product = end.first.mmul(end.second);
      // The oracle's steps are good to 1e-13, and a mode amplifies an early error by at most e^{4σt} until it saturates.
      expect(Math.abs(Matrix.sub(product, task).norm() ** 2 - loss(problem, time))).toBeLessThan(1e-9);
      const total = singularValues(problem, time).reduce((sum, value) => sum + value, 0);
      expect(Math.abs(end.first.norm() ** 2 - total)).toBeLessThan(1e-9);
      expect(Math.abs(end.second.norm() ** 2 - total)).toBeLessThan(1e-9);
    },
  );

  test('what the width cannot learn stays in the loss', () => {
    const problem = createProblem({ rows: 4, hidden: 2, cols: 3, spectrum: '4,3,2', tau: 5 });
    expect(unlearnableLoss(problem)).toBe(4);
    expect(loss(problem, Infinity)).toBe(4);
    expect(singularValues(problem, Infinity)).toEqual([4, 3]);
  });

  test.prop([
    risingProblem(),
    fc.double({ min: 0, max: 1e4, noNaN: true }),
    fc.double({ min: 1, max: 2, noNaN: true }),
  ])('the loss never rises, and learned modes stay learned', (problem, time, factor) => {
    // A few roundings per mode, relative to the loss itself.
    expect(loss(problem, time * factor)).toBeLessThanOrEqual(loss(problem, time) * (1 + 1e-13));
    expect(learnedModes(problem, time * factor)).toBeGreaterThanOrEqual(learnedModes(problem, time));
  });

  test('counts modes beyond half of their singular value; null modes have nothing to learn', () => {
    const problem = createProblem({ dim: 4, spectrum: '2,1', tau: 8 });
    expect([0, 2.5, 10, Infinity].map((time) => learnedModes(problem, time))).toEqual([0, 1, 2, 2]);
  });
});
