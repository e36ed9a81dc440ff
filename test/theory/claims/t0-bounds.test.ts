import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { learningOrder } from '../../../src/theory/claims/t0-bounds.js';
import { gap, learnedGapBound, singularValue, unlearnedFactorBound } from '../../../src/theory/mode.js';
import { testClaim } from '../../../src/vitest.js';
import { hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

describe('T0-bounds', () => {
  testClaim(learningOrder, { runs: samples(30), seed: 2 });

  test('needs a time inside the window and modes that start below', () => {
    expect(hypothesisVerdicts(learningOrder)).toEqual({ 'inside the window': 'needed', 'starts below': 'needed' });
  });

  test('holds where nothing is learned, where all is, and among null modes', () => {
    for (const tau of [5, 50, 300]) {
      const cases = [
        { learned: [], unlearned: [1, 1, 0.5, 0], tau, theta: 0.4 },
        { learned: [2, 1], unlearned: [], tau, theta: 0.6 },
        { learned: [2], unlearned: [1, 0, 0], tau, theta: 0.3 },
        { learned: [2], unlearned: [2 - 1e-9], tau, theta: 0.25 + 5e-11 },
      ];
      for (const instance of cases) {
        expect(learningOrder.hypotheses.every(({ holds }) => holds(instance))).toBe(true);
        expect(concludes(evaluate(learningOrder, instance))).toBe(true);
      }
    }
  });

  test('both bounds are asymptotically exact: their exponents cannot be improved', () => {
    const [tau, theta] = [40, 0.4];
    const unlearned = { sigma: 1, start: Math.exp(-2 * tau) };
    const learned = { sigma: 2, start: Math.exp(-2 * tau) };
    expect(Math.sqrt(singularValue(unlearned, tau * theta)) / unlearnedFactorBound(unlearned, tau * theta)).toBeCloseTo(
      1,
      6,
    );
    expect(gap(learned, tau * theta) / learnedGapBound(learned, tau * theta)).toBeCloseTo(1, 6);
  });
});
