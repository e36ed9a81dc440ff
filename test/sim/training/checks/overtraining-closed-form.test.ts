import { afterEach, describe, expect, test, vi } from 'vitest';
import { checkOvertraining } from '../../../../src/sim/training/checks/overtraining.js';
import type { CheckedRun } from '../../../../src/sim/training/checks/training-checks.js';
import * as closedForm from '../../../../src/theory/noisy-checkpoint.js';
import { createProblem, type Problem } from '../../../../src/theory/problem.js';

const run: CheckedRun = {
  problem: createProblem({ dim: 2, spectrum: '2,1', tau: 3 }),
  times: Array.from({ length: 40 }, (_, at) => 0.25 * (at + 1)),
  expected: undefined,
  divergedAt: undefined,
};

/** What the check says with a wrong curve in the place of T3's. */
function checkWith(curve: (gamma: number, time: number) => number, gammas: readonly number[]) {
  class Wrong extends closedForm.NoisyCheckpoint {
    constructor(
      problem: Problem,
      private readonly time: number,
    ) {
      super(problem, time);
    }

    override perturbedLoss(gamma: number): number {
      return curve(gamma, this.time);
    }
  }
  vi.spyOn(closedForm, 'NoisyCheckpoint').mockImplementation(function (this: unknown, problem, time) {
    return new Wrong(problem, time);
  });
  return checkOvertraining(run, gammas, []);
}

afterEach(() => vi.restoreAllMocks());

describe('T3 on a closed form that is wrong', () => {
  test('fails when the inflection comes later for louder noise', () => {
    // Rising from T(γ) on, but with the minima the wrong way round.
    const check = checkWith((gamma, time) => 1 + Math.abs(time - (gamma > 0.3 ? 1 : 0.5)), [0.35, 0.25]);
    expect(check.verdict).toBe('fails');
    // 1 at 0.5 against 1.5 there, and the other way round.
    expect(check.margin).toBeCloseTo(-1, 12);
  });

  test('fails when the loss falls again beyond the last descent', () => {
    const check = checkWith((gamma, time) => 1 + gamma - (time > 9 ? 1e-3 * time : 0), [0.3]);
    expect(check.verdict).toBe('fails');
  });

  test('fails when the loss is not a number', () => {
    expect(checkWith((_, time) => (time > 9 ? Number.NaN : 1), [0.3]).verdict).toBe('fails');
  });
});
