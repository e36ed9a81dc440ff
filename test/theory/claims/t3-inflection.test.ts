import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { inflectionIsGlobal } from '../../../src/theory/claims/t3-inflection.js';
import { globalInflection } from '../../../src/theory/inflection.js';
import { perturbedLoss } from '../../../src/theory/perturbed-loss.js';
import { createProblem } from '../../../src/theory/problem.js';
import { testClaim } from '../../../src/vitest.js';
import { samples } from '../../support/sample-size.js';

describe('T3-inflection', () => {
  testClaim(inflectionIsGlobal, { runs: samples(30), seed: 2 });

  test('needs nothing', () => {
    expect(inflectionIsGlobal.hypotheses).toEqual([]);
  });

  test.each([
    [0.28, 3],
    [0.35, 2],
    [0.45, 1],
  ])('at γ = %s the lowest of three dips is number %s', (gamma, number) => {
    const sigmas = [3, 1.2, 0.6];
    const problem = createProblem({ dim: 3, spectrum: sigmas, tau: 8 });
    const times = Array.from({ length: 40_000 }, (_, index) => (index + 1) * 5e-4);
    const losses = times.map((time) => perturbedLoss(problem, gamma, time));
    const dips = times.filter(
      (_, index) => losses[index]! < losses[index - 1]! && losses[index]! <= losses[index + 1]!,
    );
    const { time } = globalInflection(problem, gamma);
    const nearest = dips.findIndex((dip) => Math.abs(dip - time) < 2e-3);
    expect(nearest + 1).toBe(number);
    expect(dips.length).toBeGreaterThanOrEqual(number);
    const modes = problem.modes.map(({ sigma, start }) => ({ sigma, start }));
    const instance = { modes, extraRows: 0, extraCols: 0, gamma, points: 20 };
    expect(concludes(evaluate(inflectionIsGlobal, instance))).toBe(true);
  });
});
