import type { Problem } from '../../theory/problem.js';
import { type ExpectedTraining, expectTraining, noRounding } from './recurrence.js';
import { adaptivePlan, constantPlan, type TrainingPlan } from './training-plan.js';

/** A plan with what it gives in exact arithmetic, and whether its discretisation bias is as small as asked. */
export interface ChosenPlan {
  readonly plan: TrainingPlan;
  readonly expected: ExpectedTraining;
  readonly accurate: boolean;
}

const COARSEST = 0.1;

/**
 * The plan for a learning rate that the user set, or the cheapest one whose bias is acceptable: the fineness is halved
 * until it is, or until the next halving would exceed the steps that the engine can afford.
 *
 * @param learningRate the constant rate, or `auto`
 * @param acceptable whether the factors that a plan gives at the recorded times are near enough to the flow
 * @param mostSteps steps that the engine can afford
 */
export function choosePlan(
  problem: Problem,
  times: readonly number[],
  learningRate: number | 'auto',
  acceptable: (expected: ExpectedTraining) => boolean,
  mostSteps: number,
): ChosenPlan {
  if (learningRate !== 'auto') {
    const plan = constantPlan(times, learningRate);
    const expected = expectTraining(problem, plan, noRounding);
    return { plan, expected, accurate: acceptable(expected) };
  }
  let fineness = COARSEST;
  for (;;) {
    const plan = adaptivePlan(problem, times, fineness);
    const expected = expectTraining(problem, plan, noRounding);
    const accurate = acceptable(expected);
    if (accurate || 2 * plan.totalSteps > mostSteps) return { plan, expected, accurate };
    fineness /= 2;
  }
}
