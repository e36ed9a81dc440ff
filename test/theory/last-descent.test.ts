import { test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { globalInflection } from '../../src/theory/inflection.js';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import { lastDescent } from '../../src/theory/last-descent.js';
import { gap, singularValue } from '../../src/theory/mode.js';
import { modeOptimum, perturbedLoss, perturbedLossVelocity } from '../../src/theory/perturbed-loss.js';
import { createProblem } from '../../src/theory/problem.js';
import { logUniform, risingProblem } from '../support/problem-arbitraries.js';
import { samples } from '../support/sample-size.js';

const gammas = logUniform(1e-3, 1.5);

describe('last descent of the perturbed loss (T3 b, c)', () => {
  test.prop([risingProblem(), gammas], { numRuns: samples(50) })(
    'afterwards the loss strictly rises, just before it does not',
    (problem, gamma) => {
      const last = lastDescent(problem, gamma);
      expect(last).toBeLessThan(Infinity);
      const times = Array.from(
        { length: 200 },
        (_, step) => last * (1 + 1e-9) * 1.02 ** step + (last === 0 ? 1.2 ** step * 1e-6 : 0),
      );
      const falling = times.filter((time) => {
        const slope = perturbedLossVelocity(problem, gamma, time);
        // Products of two tiny numbers can underflow; otherwise the derivative is positive.
        const visible = problem.modes.some(
          (mode) => Math.min(singularValue(mode, time), gap(mode, time)) > 1e-150,
        );
        return visible ? slope <= 0 : slope < 0;
      });
      expect(falling).toEqual([]);
      expect(perturbedLoss(problem, gamma, 2 * last + 1)).toBeGreaterThanOrEqual(
        perturbedLoss(problem, gamma, last) * (1 - 1e-12),
      );
      if (last > 0) expect(perturbedLossVelocity(problem, gamma, last * (1 - 1e-9))).toBeLessThanOrEqual(0);
    },
  );

  test.prop([risingProblem(), gammas])(
    'is no later than the last own optimum, and no earlier than the inflection',
    (problem, gamma) => {
      const last = lastDescent(problem, gamma);
      const bound = Math.max(...problem.modes.map((mode) => modeOptimum(problem, gamma, mode)));
      expect(last).toBeLessThanOrEqual(bound * (1 + 1e-9));
      // A minimum is located to the rounding of the derivative.
      expect(globalInflection(problem, gamma).time).toBeLessThanOrEqual(last * (1 + 1e-9));
    },
  );

  test.prop([risingProblem(), gammas, logUniform(1, 10)])(
    'is non-increasing in γ (c)',
    (problem, gamma, factor) => {
      expect(lastDescent(problem, gamma * factor)).toBeLessThanOrEqual(
        lastDescent(problem, gamma) * (1 + 1e-9),
      );
    },
  );

  test('one mode: its own optimum', () => {
    const problem = createProblem({ dim: 1, spectrum: '2', tau: 4 });
    expect(lastDescent(problem, 0.3) / modeOptimum(problem, 0.3, problem.modes[0]!)).toBeCloseTo(1, 12);
  });

  test('is zero where no mode ever helps, infinite without noise or motion', () => {
    const problem = createProblem({ dim: 3, spectrum: 'linear', tau: 3 });
    expect(lastDescent(problem, 2)).toBe(0);
    expect(lastDescent(problem, 0)).toBe(Infinity);
    expect(lastDescent(createProblem({ dim: 1, spectrum: '1', tau: 3, starts: [0] }), 1)).toBe(Infinity);
  });

  test('moving null modes make the loss fall again at the end: the hypothesis of (b) is needed', () => {
    const problem = createProblem({ dim: 2, spectrum: '1', tau: 6 });
    expect(lastDescent(problem, 0.1)).toBe(Infinity);
    expect(perturbedLossVelocity(problem, 0.1, 1000)).toBeLessThan(0);
  });

  test('a mode that falls from above decides the end only if it is the slowest', () => {
    const slowFall = createProblem({ dim: 2, spectrum: '2,1', tau: 3, starts: [0.01, 3] });
    expect(lastDescent(slowFall, 0.1)).toBe(Infinity);
    const fastFall = createProblem({ dim: 2, spectrum: '2,1', tau: 3, starts: [30, 0.01] });
    const last = lastDescent(fastFall, 0.1);
    expect(last).toBeGreaterThan(0);
    expect(perturbedLossVelocity(fastFall, 0.1, last * (1 - 1e-9))).toBeLessThanOrEqual(0);
    for (const factor of [1 + 1e-9, 1.1, 2, 5]) {
      expect(perturbedLossVelocity(fastFall, 0.1, last * factor)).toBeGreaterThan(0);
    }
  });

  test('tied modes from both sides: the larger late gap wins', () => {
    // Late gaps are σ(σ - s0)/s0 · e^{-4σt}: 1 from s0 = 1/2 against -1/2 from s0 = 2.
    const rising = createProblem({ dim: 2, spectrum: '1,1', tau: 3, starts: [0.5, 2] });
    expect(lastDescent(rising, 0.1)).toBeLessThan(Infinity);
    const falling = createProblem({ dim: 2, spectrum: '1,1', tau: 3, starts: [0.9, 2] });
    expect(lastDescent(falling, 0.1)).toBe(Infinity);
  });

  test('finds a short last dip far behind a long rise', () => {
    // Modes of 1 and 0.01, with noise that makes the first one rise long before the second one helps for a while.
    const problem = createProblem({ dim: 2, spectrum: '1,0.01', tau: 20 });
    const gamma = 0.06;
    const last = lastDescent(problem, gamma);
    expect(last / modeOptimum(problem, gamma, problem.modes[1]!)).toBeCloseTo(1, 6);
    expect(globalInflection(problem, gamma).time).toBeLessThan(last / 10);
  });

  test.each([-1, Number.NaN])('refuses gamma = %s', (gamma) => {
    const problem = createProblem({ dim: 2, spectrum: 'linear', tau: 3 });
    expect(() => lastDescent(problem, gamma)).toThrow(InvalidInputError);
  });
});
