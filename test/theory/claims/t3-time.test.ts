import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { modeOptimumTimes } from '../../../src/theory/claims/t3-catastrophic-overtraining.js';
import { modeOptimum } from '../../../src/theory/perturbed-loss.js';
import { createProblem } from '../../../src/theory/problem.js';
import { testClaim } from '../../../src/vitest.js';
import { hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

describe('T3-time', () => {
  testClaim(modeOptimumTimes, { runs: samples(30), seed: 2 });

  test('needs something that moves', () => {
    expect(hypothesisVerdicts(modeOptimumTimes)).toEqual({ 'something moves': 'needed' });
  });

  test('the optimum is the published half-time where c is half of σ', () => {
    const start = 1e-5;
    const problem = createProblem({ dim: 1, spectrum: [2], tau: 0, starts: [start] });
    const halfTime = Math.log(2 / start - 1) / (4 * 2);
    expect(modeOptimum(problem, 1, problem.modes[0]!)).toBeCloseTo(halfTime, 14);
  });

  test('holds for starts at σ - c, at σ and above it', () => {
    const starts = [0, 1e-12, 1, 1.0000001, 2, 3];
    const modes = starts.map((start) => ({ sigma: 2, start }));
    // p + q = 12, so that c = 1.
    const gamma = Math.sqrt(1 / 6);
    expect(concludes(evaluate(modeOptimumTimes, { modes, extraRows: 0, extraCols: 0, gamma }))).toBe(true);
  });
});
