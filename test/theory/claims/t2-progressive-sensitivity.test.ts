import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import {
  progressiveSensitivity,
  signOfVelocity,
  velocityOfSensitivity,
} from '../../../src/theory/claims/t2-progressive-sensitivity.js';
import { createProblem } from '../../../src/theory/problem.js';
import { sensitivityAt, sensitivityVelocity } from '../../../src/theory/sensitivity.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { integrateWeights } from '../../support/integrate.js';
import { gaussianMatrix, seededRandom } from '../../support/random-matrices.js';
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

describe('T2-velocity', () => {
  testClaim(velocityOfSensitivity, { runs: samples(30), seed: 2 });

  test('is the growth of the coefficient of γ² along a flow that a library integrates', () => {
    const random = seededRandom(5);
    const [rows, hidden, cols] = [3, 2, 4];
    const first = gaussianMatrix(rows, hidden, random);
    const second = gaussianMatrix(hidden, cols, random);
    const task = gaussianMatrix(rows, cols, random);
    const coefficient = (time: number) => {
      const end = integrateWeights(first, second, task, time);
      return cols * end.first.norm() ** 2 + rows * end.second.norm() ** 2;
    };
    // Simpson's rule on [0, h]: the error is h⁵/2880 times a fourth derivative of about (4·5)⁴ times the velocity.
    const span = 1e-3;
    const velocityAt = (time: number) => {
      const at = integrateWeights(first, second, task, time);
      return sensitivityVelocity(at.first, at.second, task);
    };
    const rise = (span / 6) * (velocityAt(0) + 4 * velocityAt(span / 2) + velocityAt(span));
    expect(Math.abs(coefficient(span) - coefficient(0) - rise)).toBeLessThan(1e-10 * coefficient(0));
    expect(Math.abs(rise)).toBeGreaterThan(1e-4 * coefficient(0));
  });

  test('is zero where the task is learned', () => {
    const random = seededRandom(6);
    const [first, second] = [gaussianMatrix(3, 3, random), gaussianMatrix(3, 2, random)];
    expect(sensitivityVelocity(first, second, first.mmul(second))).toBe(0);
    expect(sensitivityVelocity(Matrix.zeros(3, 3), Matrix.zeros(3, 2), first.mmul(second))).toBe(0);
  });
});

describe('T2-sign', () => {
  testClaim(signOfVelocity, { runs: samples(30), seed: 2 });

  test('needs alignment and a start below the task', () => {
    expect(hypothesisVerdicts(signOfVelocity)).toEqual({ aligned: 'needed', 'starts below': 'needed' });
  });

  test('fails from a misaligned start that is below the task', () => {
    const { modes, rotation } = counterexampleWithout(signOfVelocity, 'aligned');
    expect(rotation).not.toBe(0);
    expect(modes.every(({ share }) => share <= 1)).toBe(true);
    expect(modes.length).toBeLessThanOrEqual(3);
  });

  test('holds at its edge: s = σ gives a velocity of zero', () => {
    const modes = [{ sigma: 2, share: 1 }];
    const instance = { modes, extraRows: 1, extraHidden: 0, extraCols: 2, stretch: 1, basis: 0, rotation: 0 };
    expect(concludes(evaluate(signOfVelocity, instance))).toBe(true);
  });

  test('along an integrated flow from a quarter turn the sensitivity falls first and rises later', () => {
    const size = 0.5;
    const turn = new Matrix([
      [0, -size],
      [size, 0],
    ]);
    const [start, early, late] = [0, 0.05, 8].map((time) => {
      const { first, second } = integrateWeights(turn, Matrix.eye(2, 2, size), Matrix.eye(2), time);
      return first.norm() ** 2 + second.norm() ** 2;
    });
    expect(early).toBeLessThan(start! - 0.01);
    expect(late).toBeGreaterThan(start! + 1);
  });
});
