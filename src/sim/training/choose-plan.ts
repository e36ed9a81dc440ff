import { gap, singularValue } from '../../theory/mode.js';
import type { Problem } from '../../theory/problem.js';
import { type ExpectedCheckpoint, type ExpectedTraining, expectTraining, noRounding } from './recurrence.js';
import { adaptivePlan, constantPlan, type TrainingPlan } from './training-plan.js';

/** Magnitudes that survive being cubed in float32. */
const LARGEST = 1e12;
const SMALLEST = 1e-36;

/**
 * Why numbers cannot be computed with in float32, or undefined where they can.
 *
 * @param largest largest singular value
 * @param smallest smallest factor above zero
 * @param what what the factors are, for the sentence
 */
export function outOfFloat32(largest: number, smallest: number, what: string): string | undefined {
  if (largest > LARGEST) return `singular values up to ${largest} overflow float32 when cubed`;
  if (smallest < SMALLEST) return `${what} of ${smallest.toExponential(1)} underflow float32`;
  return undefined;
}

/** What discretisation and rounding do to a simulated checkpoint. */
export interface Bias {
  /** Loss of the exact recurrence minus loss of the flow. */
  readonly loss: number;
  /** Sum of the singular values by the exact recurrence minus that of the flow. */
  readonly sum: number;
  /** Bound on the rounding of the simulated sum of singular values. */
  readonly sumRounding: number;
  /**
   * Bound on the rounding of the simulated loss, `2 Σ |σ_i − s_i| δ_i + (2 Σ δ_i)²` for errors δ_i of the singular values;
   * the square covers the entries off the diagonal too, which are no larger and contract at half the pace.
   */
  readonly lossRounding: number;
}

/** Compares what gradient descent gives in exact arithmetic with the closed form of the flow at the same time. */
export function biasAt(problem: Problem, { factors, rounding }: ExpectedCheckpoint, time: number): Bias {
  let loss = 0;
  let sum = 0;
  let sumRounding = 0;
  let slopeRounding = 0;
  problem.modes.forEach((mode, index) => {
    const factor = factors[index]!;
    const difference = factor * factor - singularValue(mode, time);
    sum += difference;
    loss += difference * (difference - 2 * gap(mode, time));
    const rounded = roundingOfSquare(factor, rounding[index]!);
    sumRounding += rounded;
    slopeRounding += 2 * Math.abs(factor * factor - mode.sigma) * rounded;
  });
  return { loss, sum, sumRounding, lossRounding: slopeRounding + (2 * sumRounding) ** 2 };
}

/** Bound on the rounding of D² where D itself may be off by `rounding`. */
export function roundingOfSquare(factor: number, rounding: number): number {
  return rounding * (2 * Math.abs(factor) + rounding);
}

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
