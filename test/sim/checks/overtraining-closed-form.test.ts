import { afterEach, describe, expect, test, vi } from 'vitest';
import type { CheckedRun } from '../../../src/sim/checks/checked-run.js';
import { checkOvertraining } from '../../../src/sim/checks/overtraining.js';
import * as closedForm from '../../../src/theory/perturbed-loss.js';
import { createProblem, type Problem } from '../../../src/theory/problem.js';

vi.mock('../../../src/theory/perturbed-loss.js', { spy: true });

const run: CheckedRun = {
  problem: createProblem({ dim: 2, spectrum: '2,1', tau: 3 }),
  times: Array.from({ length: 40 }, (_, at) => 0.25 * (at + 1)),
  expected: undefined,
  divergedAt: undefined,
};

/** Puts a wrong curve in the place of T3's. */
function pretend(curve: (gamma: number, time: number) => number): void {
  vi.mocked(closedForm.perturbedLoss).mockImplementation((_: Problem, gamma, time) => curve(gamma, time));
}

afterEach(() => {
  vi.mocked(closedForm.perturbedLoss).mockRestore();
});

describe('T3 on a closed form that is wrong', () => {
  test('fails when the inflection comes later for louder noise', () => {
    // Rising from T(γ) on, but with the minima the wrong way round.
    pretend((gamma, time) => 1 + Math.abs(time - (gamma > 0.3 ? 1 : 0.5)));
    const check = checkOvertraining(run, [0.35, 0.25], []);
    expect(check.verdict).toBe('fails');
    // 1 at 0.5 against 1.5 there, and the other way round.
    expect(check.margin).toBeCloseTo(-1, 12);
  });

  test('fails when the loss falls again beyond the last descent', () => {
    pretend((gamma, time) => 1 + gamma - (time > 9 ? 1e-3 * time : 0));
    expect(checkOvertraining(run, [0.3], []).verdict).toBe('fails');
  });

  test('fails when the loss is not a number', () => {
    pretend((_, time) => (time > 9 ? Number.NaN : 1));
    expect(checkOvertraining(run, [0.3], []).verdict).toBe('fails');
  });
});
