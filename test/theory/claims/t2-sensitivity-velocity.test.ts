import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { velocityOfSensitivity } from '../../../src/theory/claims/t2-progressive-sensitivity.js';
import { sensitivityVelocity } from '../../../src/theory/sensitivity.js';
import { testClaim } from '../../../src/vitest.js';
import { integrateWeights } from '../../support/integrate.js';
import { gaussianMatrix, seededRandom } from '../../support/random-matrices.js';
import { samples } from '../../support/sample-size.js';

describe('T2-velocity', () => {
  testClaim(velocityOfSensitivity, { runs: samples(30), seed: 2 });

  test('is the growth of the coefficient of γ² along a flow that a library integrates', () => {
    const random = seededRandom(5);
    const [rows, hidden, cols] = [3, 2, 4];
    const first = gaussianMatrix(rows, hidden, random);
    const second = gaussianMatrix(hidden, cols, random);
    const task = gaussianMatrix(rows, cols, random);
    const coefficient = (time: number) => {
      const end = integrateWeights(first, second, task, time);
      return cols * end.first.norm() ** 2 + rows * end.second.norm() ** 2;
    };
    // Simpson's rule on [0, h]: the error is h⁵/2880 times a fourth derivative of about (4·5)⁴ times the velocity.
    const span = 1e-3;
    const velocityAt = (time: number) => {
      const at = integrateWeights(first, second, task, time);
      return sensitivityVelocity(at.first, at.second, task);
    };
    const rise = (span / 6) * (velocityAt(0) + 4 * velocityAt(span / 2) + velocityAt(span));
    expect(Math.abs(coefficient(span) - coefficient(0) - rise)).toBeLessThan(1e-10 * coefficient(0));
    expect(Math.abs(rise)).toBeGreaterThan(1e-4 * coefficient(0));
  });

  test('is zero where the task is learned', () => {
    const random = seededRandom(6);
    const [first, second] = [gaussianMatrix(3, 3, random), gaussianMatrix(3, 2, random)];
    expect(sensitivityVelocity(first, second, first.mmul(second))).toBe(0);
    expect(sensitivityVelocity(Matrix.zeros(3, 3), Matrix.zeros(3, 2), first.mmul(second))).toBe(0);
  });
});
