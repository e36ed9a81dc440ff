import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { unbalancedPairs } from '../../../src/theory/claims/t0-imbalance.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

const base = { leftSeed: 3, rightSeed: 4, hiddenSeed: 5, twistSeed: 0 };

describe('T0-imbalance', () => {
  testClaim(unbalancedPairs, { runs: samples(30), seed: 2 });

  test('needs one hidden basis for both layers, and no balance', () => {
    expect(hypothesisVerdicts(unbalancedPairs)).toEqual({ aligned: 'needed' });
    expect(counterexampleWithout(unbalancedPairs, 'aligned').modes.length).toBeLessThanOrEqual(3);
  });

  test.each([0, 1e-6, 1, 20, 178, 724, 1e4])('holds on both sides of the saddle and on it, at time %d', (time) => {
    const modes = [
      { sigma: 1, first: 1, second: -1 },
      { sigma: 0.25, first: 0.125, second: -0.125 },
      { sigma: 1, first: 1, second: -1 + 1e-9 },
      { sigma: 1, first: 0, second: 1e-8 },
      { sigma: 0, first: 2, second: 2 },
      { sigma: 0, first: 2, second: -1 },
      { sigma: 1, first: 100, second: 0.01 },
    ];
    expect(concludes(evaluate(unbalancedPairs, { ...base, modes, time }))).toBe(true);
  });
});
