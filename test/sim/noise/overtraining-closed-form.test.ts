import { afterEach, describe, expect, test, vi } from 'vitest';
import type { CheckedRun } from '../../../src/sim/training/training-checks.js';
import { createProblem, type Problem } from '../../../src/theory/problem.js';

const run: CheckedRun = {
  problem: createProblem({ dim: 2, spectrum: '2,1', tau: 3 }),
  times: Array.from({ length: 40 }, (_, at) => 0.25 * (at + 1)),
  expected: undefined,
  divergedAt: undefined,
};

const CLOSED_FORM = '../../../../src/theory/perturbed-loss.js';

/** The check, loaded anew, with a wrong curve in the place of T3's. */
async function checkWith(curve: (gamma: number, time: number) => number) {
  vi.resetModules();
  class NoisyCheckpoint {
    constructor(
      _: Problem,
      private readonly time: number,
    ) {}

    perturbedLoss(gamma: number): number {
      return curve(gamma, this.time);
    }
  }
  vi.doMock(CLOSED_FORM, async (original) => ({ ...(await original<object>()), NoisyCheckpoint }));
  const { checkOvertraining } = await import('../../../src/sim/noise/noise-checks.js');
  return checkOvertraining;
}

afterEach(() => {
  vi.doUnmock(CLOSED_FORM);
  vi.resetModules();
});

describe('T3 on a closed form that is wrong', () => {
  test('fails when the inflection comes later for louder noise', async () => {
    // Rising from T(γ) on, but with the minima the wrong way round.
    const checkOvertraining = await checkWith((gamma, time) => 1 + Math.abs(time - (gamma > 0.3 ? 1 : 0.5)));
    const check = checkOvertraining(run, [0.35, 0.25], []);
    expect(check.verdict).toBe('fails');
    // 1 at 0.5 against 1.5 there, and the other way round.
    expect(check.margin).toBeCloseTo(-1, 12);
  });

  test('fails when the loss falls again beyond the last descent', async () => {
    const checkOvertraining = await checkWith((gamma, time) => 1 + gamma - (time > 9 ? 1e-3 * time : 0));
    expect(checkOvertraining(run, [0.3], []).verdict).toBe('fails');
  });

  test('fails when the loss is not a number', async () => {
    const checkOvertraining = await checkWith((_, time) => (time > 9 ? Number.NaN : 1));
    expect(checkOvertraining(run, [0.3], []).verdict).toBe('fails');
  });
});
