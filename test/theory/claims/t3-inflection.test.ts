import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { inflectionIsGlobal, inflectionOrder } from '../../../src/theory/claims/t3-inflection.js';
import { globalInflection } from '../../../src/theory/inflection.js';
import { perturbedLoss } from '../../../src/theory/perturbed-loss.js';
import { createProblem } from '../../../src/theory/problem.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
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

// The first mode helps a little at γ = 0.2 and not at all at γ = 0.4.
const twoDips = {
  modes: [
    { sigma: 2, start: 1.7 },
    { sigma: 1, start: 2e-6 },
  ],
  extraRows: 0,
  extraCols: 0,
  gamma: 0.2,
  factor: 2,
};

describe('T3-order', () => {
  testClaim(inflectionOrder, { runs: samples(30), seed: 2 });

  test('needs the inflection not to be the first dip', () => {
    expect(hypothesisVerdicts(inflectionOrder)).toEqual({ 'not the first dip': 'needed' });
    const { modes } = counterexampleWithout(inflectionOrder, 'not the first dip');
    expect(modes.length).toBeLessThanOrEqual(3);
  });

  test('two modes: the first dip moves later, the inflections do not', () => {
    const verdicts = (['last', 'global', 'first dip'] as const).map((inflection) =>
      concludes(evaluate(inflectionOrder, { ...twoDips, inflection })),
    );
    expect(verdicts).toEqual([true, true, false]);
    const { left, right } = evaluate(inflectionOrder, { ...twoDips, inflection: 'first dip' });
    // By T3-time the first mode turns at ln(0.176 · 24)/8 = 0.18 alone, the second at ln(499999 · 2.125)/4 = 3.47; the scan
    // sees each a few percent later.
    expect(right.value).toBeCloseTo(0.2, 2);
    expect(left.value).toBeCloseTo(3.57, 2);
  });

  test('holds where null modes and falling modes move', () => {
    const modes = [
      { sigma: 0, start: 1 },
      { sigma: 1, start: 1e-9 },
      { sigma: 2, start: 5 },
    ];
    for (const inflection of ['last', 'global'] as const) {
      for (const gamma of [0.01, 0.1, 0.5]) {
        expect(concludes(evaluate(inflectionOrder, { ...twoDips, modes, gamma, inflection }))).toBe(true);
      }
    }
  });
});
