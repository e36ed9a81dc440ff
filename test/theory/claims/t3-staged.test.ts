import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { modeUnderNoise, stagedOvertraining } from '../../../src/theory/claims/t3-staged.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

const base = { extraRows: 0, extraCols: 0, extraHidden: 0, seed: 0 };

describe('T3-mode', () => {
  testClaim(modeUnderNoise, { runs: samples(30), seed: 2 });

  test('needs modes that start below', () => {
    expect(hypothesisVerdicts(modeUnderNoise)).toEqual({ 'starts below': 'needed' });
    const { modes } = counterexampleWithout(modeUnderNoise, 'starts below');
    expect(modes.length).toBe(1);
    expect(modes[0]!.start).toBeGreaterThan(modes[0]!.sigma);
  });

  test('holds where σ is the critical gap itself, and when everything is learned', () => {
    const modes = [{ sigma: 2, start: 1e-3 }];
    for (const time of [0, 1, 10, 1e6]) {
      expect(concludes(evaluate(modeUnderNoise, { ...base, modes, gamma: Math.SQRT2, time }))).toBe(true);
    }
  });

  test('holds for one hidden unit and many modes', () => {
    const modes = [3, 2, 1].map((sigma) => ({ sigma, start: 0.01 }));
    const instance = { ...base, modes, extraHidden: -2, seed: 7, gamma: 0.2, time: 0.4 };
    expect(concludes(evaluate(modeUnderNoise, instance))).toBe(true);
  });
});

const staged = { extraRows: 0, extraCols: 0, beyond: 0, learned: 1, seed: 3 };

describe('T3-staged', () => {
  testClaim(stagedOvertraining, { runs: samples(30), seed: 2 });

  test('needs the largest mode first', () => {
    expect(hypothesisVerdicts(stagedOvertraining)).toEqual({ 'largest first': 'needed' });
    expect(counterexampleWithout(stagedOvertraining, 'largest first').sigmas.length).toBe(2);
  });

  test('holds where a mode costs exactly what it is worth', () => {
    // Three modes: 2c = γ²(p + q) = 6 · 0.25 = 1.5, the second σ.
    const sigmas = [3, 1.5, 0.5];
    expect(concludes(evaluate(stagedOvertraining, { ...staged, sigmas, gamma: 0.5 }))).toBe(true);
  });

  test('holds where nothing is worth its cost, and without noise', () => {
    for (const gamma of [0, 10]) {
      expect(concludes(evaluate(stagedOvertraining, { ...staged, sigmas: [1, 1, 0.25], gamma }))).toBe(true);
    }
  });
});
