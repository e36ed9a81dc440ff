import { afterEach, describe, expect, test, vi } from 'vitest';
import { checkOvertraining } from '../../../src/sim/noise/noise-checks.js';
import type { CheckedRun } from '../../../src/sim/training/training-checks.js';
import { NoisyCheckpoint } from '../../../src/theory/perturbed-loss.js';
import { createProblem } from '../../../src/theory/problem.js';

const run: CheckedRun = {
  problem: createProblem({ dim: 2, spectrum: '2,1', tau: 3 }),
  times: Array.from({ length: 40 }, (_, at) => 0.25 * (at + 1)),
  expected: undefined,
  divergedAt: undefined,
};

/** Time of each checkpoint by its loss, which falls all the time and so belongs to one checkpoint alone. */
const timeOfLoss = new Map(run.times.map((time) => [new NoisyCheckpoint(run.problem, time).loss, time]));

/** The check's verdict with a wrong curve in the place of T3's. */
function checkOn(curve: (gamma: number, time: number) => number, gammas: readonly number[]) {
  vi.spyOn(NoisyCheckpoint.prototype, 'perturbedLoss').mockImplementation(function (this: NoisyCheckpoint, gamma) {
    return curve(gamma, timeOfLoss.get(this.loss)!);
  });
  return checkOvertraining(run, gammas, []);
}

afterEach(() => vi.restoreAllMocks());

describe('T3 on a closed form that is wrong', () => {
  test('fails when the inflection comes later for louder noise', () => {
    expect(timeOfLoss.size).toBe(run.times.length);
    // Rising from T(γ) on, but with the minima the wrong way round.
    const check = checkOn((gamma, time) => 1 + Math.abs(time - (gamma > 0.3 ? 1 : 0.5)), [0.35, 0.25]);
    expect(check.verdict).toBe('fails');
    // 1 at 0.5 against 1.5 there, and the other way round.
    expect(check.margin).toBeCloseTo(-1, 12);
  });

  test('fails when the loss falls again beyond the last descent', () => {
    const check = checkOn((gamma, time) => 1 + gamma - (time > 9 ? 1e-3 * time : 0), [0.3]);
    expect(check.verdict).toBe('fails');
  });

  test('fails when the loss is not a number', () => {
    expect(checkOn((_, time) => (time > 9 ? Number.NaN : 1), [0.3]).verdict).toBe('fails');
  });
});
