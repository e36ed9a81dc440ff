import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import {
  catastrophicOvertraining,
  endOfTraining,
  modeOptimumTimes,
} from '../../../src/theory/claims/t3-catastrophic-overtraining.js';
import { lastDescent } from '../../../src/theory/inflection.js';
import { modeOptimum } from '../../../src/theory/perturbed-loss.js';
import { createProblem } from '../../../src/theory/problem.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { integrate } from '../../support/integrate.js';
import { samples } from '../../support/sample-size.js';

describe('T3', () => {
  testClaim(catastrophicOvertraining, { runs: samples(30), seed: 2 });

  test('needs starts below, no null modes, something that moves, and noise', () => {
    expect(hypothesisVerdicts(catastrophicOvertraining)).toEqual({
      'starts below': 'needed',
      'no null modes': 'needed',
      'something moves': 'needed',
      'some noise': 'needed',
    });
  });

  test('finds the null mode that makes the perturbed loss fall in the end', () => {
    const { modes } = counterexampleWithout(catastrophicOvertraining, 'no null modes');
    expect(modes.length).toBeLessThanOrEqual(3);
    expect(modes.some(({ sigma, start }) => sigma === 0 && start > 0)).toBe(true);
  });

  test('holds where modes are equal, at their σ, or twelve decades apart', () => {
    const modes = [
      { sigma: 1, start: 1e-12 },
      { sigma: 1, start: 1e-12 },
      { sigma: 1 - 1e-9, start: 0.5 },
      { sigma: 1000, start: 1e-9 },
      { sigma: 2, start: 2 },
    ];
    for (const gamma of [1e-4, 0.1, 0.4, 10]) {
      expect(concludes(evaluate(catastrophicOvertraining, { modes, extraRows: 1, extraCols: 0, gamma }))).toBe(true);
    }
  });

  test('the flow integrated by ODEX turns at T(γ) and rises after it', () => {
    const gamma = 0.3;
    const problem = createProblem({ dim: 2, spectrum: [2, 0.7], tau: 3 });
    const critical = gamma ** 2 * 2;
    const slope = (time: number) =>
      integrate(
        (_, values) => values.map((value, index) => 4 * value * (problem.spectrum[index]! - value)),
        problem.modes.map(({ start }) => start),
        time,
      ).reduce((sum, value, index) => {
        const gap = problem.spectrum[index]! - value;
        return sum + value * gap * (critical - gap);
      }, 0);
    const last = lastDescent(problem, gamma);
    // The integration is good to 1e-13; the slope changes by more than 1e-4 of itself over 1e-4 of the time.
    expect(slope(last * (1 - 1e-4))).toBeLessThan(0);
    for (const factor of [1 + 1e-4, 1.1, 2, 4]) expect(slope(last * factor)).toBeGreaterThan(0);
  });
});

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

const base = { extraRows: 0, extraCols: 0, gamma: 0.5 };

describe('T3-end', () => {
  testClaim(endOfTraining, { runs: samples(30), seed: 2 });

  test('needs noise and no balance of the slowest modes', () => {
    expect(hypothesisVerdicts(endOfTraining)).toEqual({ 'some noise': 'needed', 'no balance': 'needed' });
  });

  test('the slowest mode decides, not the largest gap', () => {
    const falls = [
      { sigma: 3, start: 1e-9 },
      { sigma: 1, start: 1.001 },
    ];
    const rises = [
      { sigma: 3, start: 50 },
      { sigma: 1, start: 0.999 },
    ];
    for (const modes of [falls, rises]) {
      expect(concludes(evaluate(endOfTraining, { ...base, modes }))).toBe(true);
      const problem = createProblem({
        dim: 2,
        spectrum: modes.map(({ sigma }) => sigma),
        tau: 0,
        starts: modes.map(({ start }) => start),
      });
      expect(Number.isFinite(lastDescent(problem, base.gamma))).toBe(modes === rises);
    }
  });
});
