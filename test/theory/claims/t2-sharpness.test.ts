import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { stability } from '../../../src/theory/claims/t2-sharpness.js';
import { descendFactor } from '../../../src/theory/descent.js';
import { stabilityLimit } from '../../../src/theory/sharpness.js';
import { testClaim } from '../../../src/vitest.js';
import { hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

describe('T2-stability', () => {
  testClaim(stability, { runs: samples(30), seed: 2 });

  test('needs balance and a minimum', () => {
    expect(hypothesisVerdicts(stability)).toEqual({ balanced: 'needed', minimum: 'needed' });
  });

  test.each([1, 2, 3, 5])('holds at the minimum of width %d of a task of rank 3 with twins', (hidden) => {
    const instance = { values: [2, 2, 1], extraRows: 1, extraCols: 0, basis: 3, stretch: 1, learned: 1, hidden };
    expect(concludes(evaluate(stability, instance))).toBe(true);
  });

  test('is where one factor stops returning: below the limit it comes back, above it leaves', () => {
    const sigma = 3;
    const limit = stabilityLimit([sigma]);
    const distanceAfter = (rate: number) => {
      let factor = Math.sqrt(sigma) + 1e-6;
      for (let step = 0; step < 500; step++) factor = descendFactor(factor, sigma, rate);
      return Math.abs(factor - Math.sqrt(sigma));
    };
    // The multiplier is 1 - 4ησ: ∓0.96 and ∓1.04 to the power 500.
    expect(distanceAfter(0.98 * limit)).toBeLessThan(1e-13);
    expect(distanceAfter(1.02 * limit)).toBeGreaterThan(1e-2);
  });
});
