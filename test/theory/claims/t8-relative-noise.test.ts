import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/theory/claims/engine/claim.js';
import { lossValley, relativeNoiseCost } from '../../../src/theory/claims/t8-relative-noise.js';
import { createProblem } from '../../../src/theory/problem.js';
import {
  isPastValley,
  relativeExcess,
  relativePerturbedLossAt,
  stagedRelativeStep,
} from '../../../src/theory/sensitivity.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { integrate } from '../../support/integrate.js';
import { samples } from '../../support/sample-size.js';

const square = { extraRows: 0, extraHidden: 0, extraCols: 0, basis: 0, snr: 1, time: 0 };

describe('T8', () => {
  testClaim(relativeNoiseCost, { runs: samples(30), seed: 2 });

  test('needs balance up to scale, which takes two modes to break', () => {
    expect(hypothesisVerdicts(relativeNoiseCost)).toEqual({ 'balanced up to scale': 'needed' });
    const { modes } = counterexampleWithout(relativeNoiseCost, 'balanced up to scale');
    expect(modes).toHaveLength(2);
  });

  test('by hand: the identity at snr 1', () => {
    const modes = [1, 1].map((start) => ({ sigma: 2, start, stretch: 1 }));
    const { left, right } = evaluate(relativeNoiseCost, { ...square, modes });
    // Σs = 2, h = 2, and 2/snr + 1/snr² = 3.
    expect(left.value).toBeCloseTo(6, 12);
    expect(right.value).toBeCloseTo(6, 12);
    expect(relativeExcess(Matrix.eye(2), Matrix.eye(2), 1)).toBe(6);
  });

  test('a scale that moves from one layer to the other changes nothing', () => {
    const [first, second] = [new Matrix([[1, 2, 3]]), new Matrix([[4], [5], [6]])];
    const moved = relativeExcess(Matrix.mul(first, 8), Matrix.div(second, 8), 0.5);
    expect(moved).toBe(relativeExcess(first, second, 0.5));
  });
});

describe('T8-valley', () => {
  testClaim(lossValley, { runs: samples(30), seed: 3 });

  test('needs every hypothesis', () => {
    expect(hypothesisVerdicts(lossValley)).toEqual({ 'starts below': 'needed', late: 'needed' });
  });

  test('by hand: two modes, snr 1, width 3', () => {
    const problem = createProblem({ rows: 2, hidden: 3, cols: 2, spectrum: [2, 1], tau: 1 });
    // κ = 3 and h = 3: the first mode costs 2·2 and gains 4, the second costs 1·(4 + 1) and gains 1.
    expect(stagedRelativeStep(problem, 1, 1)).toBe(0);
    expect(stagedRelativeStep(problem, 1, 2)).toBe(4);
    expect(relativePerturbedLossAt(problem, 1, Infinity)).toBe(9);
    expect(isPastValley(problem, 1, 0)).toBe(false);
    expect(isPastValley(problem, 1, 100)).toBe(true);
  });

  test('the loss is that of integrated gradients of both factors, and has its valley', () => {
    const problem = createProblem({ rows: 3, hidden: 3, cols: 3, spectrum: [1, 0.5, 0.1], tau: 3 });
    const losses = [2, 5, 60].map((time) => {
      const factors = integrate(
        (_, d) => [1, 0.5, 0.1].map((sigma, at) => -2 * d[at]! * (d[at]! ** 2 - sigma)),
        [1, 1, 1].map(() => Math.exp(-3)),
        time,
        1e-13,
      );
      const values = factors.map((factor) => factor ** 2);
      const [a, b, c] = values as [number, number, number];
      // snr 4: 2/4 + 1/16 = 9/16.
      const expected = (1 - a) ** 2 + (0.5 - b) ** 2 + (0.1 - c) ** 2 + ((9 / 16) * (a + b + c) ** 2) / 3;
      expect(Math.abs(relativePerturbedLossAt(problem, 4, time) - expected)).toBeLessThan(1e-9);
      return expected;
    });
    expect(losses[2]).toBeGreaterThan(losses[1]!);
  });
});
