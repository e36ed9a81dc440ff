import { test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import {
  learnedCount,
  learnedGapBound,
  learningWindow,
  unlearnedFactorBound,
} from '../../src/theory/learning-order.js';
import { gap, halfTime, singularValue } from '../../src/theory/mode.js';
import { createProblem } from '../../src/theory/problem.js';
import { logUniform, risingProblem } from '../support/problem-arbitraries.js';

describe('features are learned one at a time (T0′)', () => {
  test.prop([risingProblem(), logUniform(1e-3, 1e3)])('both bounds hold at every time', (problem, theta) => {
    const time = problem.tau * theta;
    for (const mode of problem.modes) {
      // The exponents of both sides are rounded, by up to their size in units of the last place.
      const tolerance = 1 + (10 + 8 * mode.sigma * time + 4 * problem.tau) * Number.EPSILON;
      expect(Math.sqrt(singularValue(mode, time))).toBeLessThanOrEqual(
        unlearnedFactorBound(mode, time) * tolerance,
      );
      expect(gap(mode, time)).toBeLessThanOrEqual(learnedGapBound(mode, time) * tolerance);
    }
  });

  test.prop([risingProblem(), logUniform(1e-3, 1e3)])(
    'the bounds are the ones in τ and θ',
    (problem, theta) => {
      const { tau } = problem;
      for (const mode of problem.modes) {
        const { sigma } = mode;
        const factorExponent = -(1 - 2 * sigma * theta) * tau;
        const gapExponent = -(4 * sigma * theta - 2) * tau;
        const slack = 1e-12 * (1 + tau * (1 + sigma * theta));
        if (Math.abs(factorExponent) < 600) {
          const bound = unlearnedFactorBound(mode, tau * theta);
          expect(Math.abs(Math.log(bound) - factorExponent)).toBeLessThan(slack);
        }
        if (Math.abs(gapExponent) < 600) {
          const bound = learnedGapBound(mode, tau * theta);
          expect(Math.abs(Math.log(bound) - 2 * Math.log(sigma) - gapExponent)).toBeLessThan(slack);
        }
      }
    },
  );

  test.prop([risingProblem()])(
    'half-times follow the order of the spectrum, from small starts',
    (problem) => {
      // ln(x - 1)/x with x = σ/s0 falls from where ln(x - 1) = x/(x - 1), x = 4.59…, on.
      const times = problem.modes.filter(({ sigma, start }) => sigma > 4.6 * start).map(halfTime);
      times.forEach((time, index) => {
        if (index > 0) expect(time).toBeGreaterThanOrEqual((times[index - 1] as number) * (1 - 1e-12));
      });
    },
  );

  test('from starts that are not small, a weaker feature can be half learned first', () => {
    expect(halfTime({ sigma: 2.1, start: 1 })).toBeLessThan(halfTime({ sigma: 4, start: 1 }));
  });

  test('within the n-th window, n modes are learned and the others are not, ever more sharply as τ grows', () => {
    const spectrum = [3, 2, 1, 0.5];
    for (const tau of [20, 200]) {
      const problem = createProblem({ dim: 4, spectrum, tau });
      for (const learned of [1, 2, 3]) {
        const { from, to } = learningWindow(spectrum, learned);
        const time = (tau * (from + to)) / 2;
        expect(learnedCount(spectrum, (from + to) / 2)).toBe(learned);
        problem.modes.forEach((mode, index) => {
          if (index < learned) expect(gap(mode, time)).toBeLessThan(10 * Math.exp(-tau / 3));
          else expect(singularValue(mode, time)).toBeLessThan(Math.exp(-tau / 3));
        });
      }
    }
  });

  test('windows tile the times, with empty ones at ties and the last without end', () => {
    expect(learningWindow([2, 1, 1], 0)).toEqual({ from: 0, to: 0.25 });
    expect(learningWindow([2, 1, 1], 1)).toEqual({ from: 0.25, to: 0.5 });
    expect(learningWindow([2, 1, 1], 2)).toEqual({ from: 0.5, to: 0.5 });
    expect(learningWindow([2, 1, 1], 3)).toEqual({ from: 0.5, to: Infinity });
    expect(learningWindow([2, 0], 2)).toEqual({ from: Infinity, to: Infinity });
    expect(learnedCount([2, 0], Infinity)).toBe(1);
  });

  test.each([-1, 0.5, 4, Number.NaN])('refuses %s learned modes of three', (learned) => {
    expect(() => learningWindow([2, 1, 1], learned)).toThrow(InvalidInputError);
  });

  test('modes that have nothing to learn or never move', () => {
    expect(learnedGapBound({ sigma: 0, start: 0.1 }, 5)).toBe(0);
    expect(unlearnedFactorBound({ sigma: 0, start: 0.25 }, Infinity)).toBeCloseTo(0.5, 15);
    expect(learnedGapBound({ sigma: 1, start: 0 }, 5)).toBe(Infinity);
    expect(unlearnedFactorBound({ sigma: 1, start: 0 }, 5)).toBe(0);
  });
});
