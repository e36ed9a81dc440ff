import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/theory/claims/engine/claim.js';
import { progressiveSensitivity } from '../../../src/theory/claims/t2-progressive-sensitivity.js';
import { createProblem } from '../../../src/theory/problem.js';
import { sensitivityAt } from '../../../src/theory/sensitivity.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

const base = { extraRows: 0, extraHidden: 0, extraCols: 0, gamma: 0.1 };

describe('T2', () => {
  testClaim(progressiveSensitivity, { runs: samples(30), seed: 2 });

  test('needs modes that start below, no null modes, and something that moves', () => {
    expect(hypothesisVerdicts(progressiveSensitivity)).toEqual({
      'starts below': 'needed',
      'no null modes': 'needed',
      'something moves': 'needed',
    });
  });

  test('finds the null mode that makes the sensitivity fall', () => {
    const { modes } = counterexampleWithout(progressiveSensitivity, 'no null modes');
    expect(modes.length).toBeLessThanOrEqual(3);
    expect(modes.some(({ sigma, start }) => sigma === 0 && start > 0)).toBe(true);
  });

  test('late in training null modes lower the sensitivity, by no more than they ever added', () => {
    const [gamma, tau] = [0.1, 3];
    const problem = createProblem({ dim: 3, spectrum: [2], tau });
    const [late, end] = [sensitivityAt(problem, gamma, 20), sensitivityAt(problem, gamma, Infinity)];
    expect(end).toBeLessThan(late);
    expect(late - end).toBeLessThan(2 * gamma ** 2 * 3 * 2 * Math.exp(-2 * tau));
  });

  test('holds for twelve decades of starts, and where rising is too slow for a double', () => {
    const modes = [
      { sigma: 3, start: 1e-12 },
      { sigma: 3, start: 2.9999999 },
      { sigma: 1, start: 0 },
    ];
    for (const time of [0, 1e-6, 1, 100, 1e4, 1e300]) {
      const { margin, tolerance } = evaluate(progressiveSensitivity, { ...base, modes, time });
      expect(margin).toBeGreaterThan(-tolerance);
    }
  });
});
