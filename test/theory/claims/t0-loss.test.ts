import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { lossOfModes } from '../../../src/theory/claims/t0-loss.js';
import { createProblem, learnedModes, loss } from '../../../src/theory/problem.js';
import { testClaim } from '../../../src/vitest.js';
import { samples } from '../../support/sample-size.js';

describe('T0-loss', () => {
  testClaim(lossOfModes, { runs: samples(30), seed: 2 });

  test('counts a mode at exactly half its value as not learned', () => {
    const instance = {
      rows: 2,
      hidden: 2,
      cols: 2,
      law: 'values' as const,
      parameter: 1,
      values: [2, 1],
      tau: 1,
      shares: [0.5],
      leftSeed: 1,
      rightSeed: 2,
    };
    for (const time of [0, 1e-9, 1]) expect(concludes(evaluate(lossOfModes, { ...instance, time }))).toBe(true);
  });

  test('the loss falls in steps, by σ² at each half-time, and stops at what the width cannot learn', () => {
    // From e^{-2τ} with τ = 50 the half-times are τ/(2σ) to a percent: 12.5 and 50.
    const problem = createProblem({ dim: 3, hidden: 2, spectrum: [2, 0.5, 0.25], tau: 50 });
    const plateaus = [0, 20, 45, 60].map((time) => loss(problem, time));
    const expected = [4 + 0.25 + 0.0625, 0.25 + 0.0625, 0.25 + 0.0625, 0.0625];
    plateaus.forEach((value, index) => {
      expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-3);
    });
    expect([0, 20, 45, 60].map((time) => learnedModes(problem, time))).toEqual([0, 1, 1, 2]);
  });
});
