import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import { createProblem } from '../../src/theory/problem.js';
import { relativeExcess, relativeNoise, relativeSensitivityAt } from '../../src/theory/relative-noise.js';
import { expectedExcess, squaredNorm } from '../../src/theory/sensitivity.js';
import { singularValues } from '../../src/theory/trajectory.js';
import { alignedWeights } from '../support/aligned-weights.js';
import { logUniform } from '../support/problem-arbitraries.js';
import { gaussianMatrix, seededRandom } from '../support/random-matrices.js';

const dimension = fc.integer({ min: 1, max: 6 });
const ratio = logUniform(1e-3, 1e6);

describe('noise relative to the weights (T8)', () => {
  test.prop([dimension, dimension, dimension, fc.nat(), ratio])(
    'its scales give the layers the signal-to-noise ratio, and T1 the excess',
    (rows, hidden, cols, seed, snr) => {
      const random = seededRandom(seed);
      const [first, second] = [gaussianMatrix(rows, hidden, random), gaussianMatrix(hidden, cols, random)];
      const noise = relativeNoise(first, second, snr);
      expect(squaredNorm(first) / (rows * hidden * noise.first ** 2) / snr).toBeCloseTo(1, 12);
      expect(squaredNorm(second) / (hidden * cols * noise.second ** 2) / snr).toBeCloseTo(1, 12);
      const expected = expectedExcess(first, second, noise);
      expect(Math.abs(relativeExcess(first, second, snr) - expected)).toBeLessThan(1e-12 * expected);
    },
  );

  test.prop([dimension, dimension, dimension, fc.nat(), ratio, logUniform(1e-2, 100)])(
    'along the flow it is (Σs)²/h · (2/snr + 1/snr²)',
    (rows, hidden, cols, seed, snr, time) => {
      const problem = createProblem({ rows, hidden, cols, spectrum: 'power:1', tau: 2 });
      const { first, second } = alignedWeights(problem, seededRandom(seed), singularValues(problem, time));
      const expected = expectedExcess(first, second, relativeNoise(first, second, snr));
      expect(Math.abs(relativeSensitivityAt(problem, snr, time) - expected)).toBeLessThan(1e-12 * expected);
    },
  );

  test('is the formula of the square case', () => {
    const problem = createProblem({ dim: 4, spectrum: '3,2', tau: 300 });
    expect(relativeSensitivityAt(problem, 10, Infinity)).toBeCloseTo((25 / 4) * (0.2 + 0.01), 12);
    expect(relativeSensitivityAt(problem, Infinity, Infinity)).toBe(0);
  });

  test.each([0, -1, Number.NaN])('refuses a ratio of %s', (snr) => {
    const weights = gaussianMatrix(2, 2, seededRandom(1));
    expect(() => relativeNoise(weights, weights, snr)).toThrow(InvalidInputError);
    expect(() => relativeExcess(weights, weights, snr)).toThrow('snr');
    const problem = createProblem({ dim: 2, spectrum: 'linear', tau: 1 });
    expect(() => relativeSensitivityAt(problem, snr, 1)).toThrow('snr');
  });
});
