import { gap, singularValue } from '../../theory/mode.js';
import type { Problem } from '../../theory/problem.js';
import type { ExpectedCheckpoint } from './recurrence.js';

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
