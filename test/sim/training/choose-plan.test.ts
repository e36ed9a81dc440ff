import { describe, expect, test } from 'vitest';
import { type ExpectedCheckpoint, expectTraining, noRounding } from '../../../src/sim/training/recurrence.js';
import { adaptivePlan, choosePlan, constantPlan } from '../../../src/sim/training/training-plan.js';
import { createProblem } from '../../../src/theory/problem.js';

const problem = createProblem({ dim: 3, spectrum: 'linear', tau: 4 });
const times = [0.5, 2, 8];

describe('the chosen plan', () => {
  test('is the one the user asked for, accurate or not', () => {
    for (const verdict of [true, false]) {
      const { plan, accurate, expected } = choosePlan(problem, times, 0.1, () => verdict, 1);
      expect(plan).toEqual(constantPlan(times, 0.1));
      expect(accurate).toBe(verdict);
      expect(expected).toEqual(expectTraining(problem, plan, noRounding));
    }
  });

  test('is the coarsest that is accurate', () => {
    // The first plan is too coarse at the second time, the second one at the last.
    const verdicts = [true, false, true, true, false, true, true, true];
    const judged: ExpectedCheckpoint[] = [];
    const acceptable = (checkpoint: ExpectedCheckpoint) => verdicts[judged.push(checkpoint) - 1]!;
    const { plan, accurate, expected } = choosePlan(problem, times, 'auto', acceptable, 1e6);
    expect(accurate).toBe(true);
    expect(plan).toEqual(adaptivePlan(problem, times, 0.1 / 4));
    expect(expected).toEqual(expectTraining(problem, plan, noRounding));
    // Every plan was judged by what it gives, the coarser ones first, and no further than to where it is too coarse.
    const given = (fineness: number) =>
      expectTraining(problem, adaptivePlan(problem, times, fineness), noRounding).checkpoints;
    expect(judged).toEqual([...given(0.1).slice(0, 2), ...given(0.05), ...given(0.025)]);
  });

  test('stays affordable and says that it is not accurate', () => {
    const mostSteps = 1000;
    const { plan, accurate } = choosePlan(problem, times, 'auto', () => false, mostSteps);
    expect(accurate).toBe(false);
    expect(plan.totalSteps).toBeLessThanOrEqual(mostSteps);
    expect(2 * plan.totalSteps).toBeGreaterThan(mostSteps / 2);
  });

  test('makes the steps that the coarsest plan needs, affordable or not', () => {
    const { plan, accurate } = choosePlan(problem, times, 'auto', () => false, 1);
    expect(plan).toEqual(adaptivePlan(problem, times, 0.1));
    expect(accurate).toBe(false);
  });
});
