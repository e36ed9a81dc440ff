import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { stagedOvertraining } from '../../../src/theory/claims/t3-staged.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

const base = { extraRows: 0, extraCols: 0, beyond: 0, learned: 1, seed: 3 };

describe('T3-staged', () => {
  testClaim(stagedOvertraining, { runs: samples(30), seed: 2 });

  test('needs the largest mode first', () => {
    expect(hypothesisVerdicts(stagedOvertraining)).toEqual({ 'largest first': 'needed' });
    expect(counterexampleWithout(stagedOvertraining, 'largest first').sigmas.length).toBe(2);
  });

  test('holds where a mode costs exactly what it is worth', () => {
    // Three modes: 2c = γ²(p + q) = 6 · 0.25 = 1.5, the second σ.
    const sigmas = [3, 1.5, 0.5];
    expect(concludes(evaluate(stagedOvertraining, { ...base, sigmas, gamma: 0.5 }))).toBe(true);
  });

  test('holds where nothing is worth its cost, and without noise', () => {
    for (const gamma of [0, 10]) {
      expect(concludes(evaluate(stagedOvertraining, { ...base, sigmas: [1, 1, 0.25], gamma }))).toBe(true);
    }
  });
});
