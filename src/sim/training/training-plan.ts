import { InvalidInputError } from '../../theory/invalid-input.js';
import { gap, singularValue } from '../../theory/mode.js';
import type { Problem } from '../../theory/problem.js';
import { stabilityLimit } from '../../theory/sharpness.js';
import { type ExpectedCheckpoint, type ExpectedTraining, expectTraining, noRounding } from './recurrence.js';

/** Equal gradient-descent steps in a row. */
export interface Segment {
  readonly rate: number;
  readonly steps: number;
}

/** How training reaches one recorded time from the one before. */
export interface Recording {
  /** Gradient-flow time, the sum of all rates up to here. */
  readonly time: number;
  readonly segments: readonly Segment[];
  /**
   * Rate of one more step that is made for the record only, so that a constant rate need not divide the time; training
   * goes on from before it. 0 for none.
   */
  readonly snapshotRate: number;
}

/** The gradient-descent steps of a pre-training run: what approximates the flow, and where it is looked at. */
export interface TrainingPlan {
  readonly recordings: readonly Recording[];
  readonly totalSteps: number;
  readonly largestRate: number;
}

/** More steps than this are refused: at 10^8 even a single mode takes seconds. */
const MOST_STEPS = 1e8;

/**
 * Plain gradient descent at one learning rate.
 *
 * @param times recorded times, increasing
 * @throws InvalidInputError when the times need more than 10^8 steps
 */
export function constantPlan(times: readonly number[], rate: number): TrainingPlan {
  const needed = (times.at(-1) ?? 0) / rate;
  if (needed > MOST_STEPS) {
    throw new InvalidInputError(
      'learningRate',
      rate,
      `at least ${(times.at(-1)! / MOST_STEPS).toPrecision(3)}, so that time ${times.at(-1)} takes at most 10^8 steps`,
    );
  }
  let taken = 0;
  const recordings = times.map((time) => {
    const whole = Math.floor((time / rate) * (1 + 1e-12));
    const rest = time - whole * rate;
    const recording: Recording = {
      time,
      segments: whole > taken ? [{ rate, steps: whole - taken }] : [],
      snapshotRate: rest > 1e-9 * rate ? rest : 0,
    };
    taken = whole;
    return recording;
  });
  return { recordings, totalSteps: taken, largestRate: rate };
}

/**
 * Gradient descent whose rate follows what is still to be learned: `fineness` divided by the largest gap `σ_i − s_i`,
 * and never above half the stability limit. While a mode grows, a step of rate η errs by `(2ησ_i)²/2` in its logarithm,
 * so equal fineness spends the steps where they buy accuracy; converged modes are exact at any stable rate.
 *
 * @param times recorded times, increasing
 * @param fineness gap × rate, dimensionless; halving it halves the discretisation bias and doubles the steps
 * @throws InvalidInputError when the times need more than 10^8 steps
 */
export function adaptivePlan(problem: Problem, times: readonly number[], fineness: number): TrainingPlan {
  return planAt(pacesOf(problem, times), times, fineness);
}

/** What no fineness changes: the stretches between the times at which the rate is chosen anew, with the widest gap at their beginning. */
function pacesOf(problem: Problem, times: readonly number[]) {
  const largestStable = stabilityLimit(problem.spectrum) / 2;
  const latest = MOST_STEPS * largestStable;
  if (times.at(-1)! > latest) {
    throw new InvalidInputError(
      'times',
      times.at(-1),
      `times up to ${latest.toPrecision(3)}, which take 10^8 steps of gradient descent; the exact engine takes any`,
    );
  }
  let previous = 0;
  const stretches = times.map((time) =>
    [...knots(problem, previous, time), time].flatMap((end) => {
      if (end <= previous) return [];
      const widest = problem.modes.reduce((most, mode) => Math.max(most, Math.abs(gap(mode, previous))), 0);
      const length = end - previous;
      previous = end;
      return [{ length, widest }];
    }),
  );
  return { stretches, largestStable };
}

function planAt(
  { stretches, largestStable }: ReturnType<typeof pacesOf>,
  times: readonly number[],
  fineness: number,
): TrainingPlan {
  let totalSteps = 0;
  let largestRate = 0;
  const recordings = times.map((time, at) => {
    const segments = stretches[at]!.map(({ length, widest }) => {
      const steps = Math.ceil(length / Math.min(largestStable, fineness / widest));
      const rate = length / steps;
      totalSteps += steps;
      largestRate = Math.max(largestRate, rate);
      return { rate, steps };
    });
    return { time, segments, snapshotRate: 0 };
  });
  return { recordings, totalSteps, largestRate };
}

/** Times between two recordings at which the rate is chosen anew: a geometric grid on the scale of the fastest mode. */
function knots(problem: Problem, from: number, to: number): number[] {
  const ratio = 1.2;
  const fastest = problem.modes.reduce((most, { start }) => Math.max(most, start), problem.spectrum[0]!);
  const first = 1 / (16 * fastest);
  const result: number[] = [];
  const start = Math.max(0, Math.ceil(Math.log(Math.max(from, first) / first) / Math.log(ratio)));
  for (let index = start; ; index++) {
    const knot = first * ratio ** index;
    if (knot >= to) return result;
    if (knot > from) result.push(knot);
  }
}

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

const COARSEST = 0.1;

/**
 * The plan for a learning rate that the user set, or the cheapest one whose bias is acceptable: the fineness is halved
 * until it is, or until the next halving would exceed the steps that the engine can afford. With it comes what it gives in exact
 * arithmetic, and whether its discretisation bias is as small as asked.
 *
 * @param learningRate the constant rate, or `auto`
 * @param acceptable whether the factors that a plan gives at a recorded time are near enough to the flow
 * @param mostSteps steps that the engine can afford
 */
export function choosePlan(
  problem: Problem,
  times: readonly number[],
  learningRate: number | 'auto',
  acceptable: (checkpoint: ExpectedCheckpoint, at: number) => boolean,
  mostSteps: number,
): { plan: TrainingPlan; expected: ExpectedTraining; accurate: boolean } {
  if (learningRate !== 'auto') {
    const plan = constantPlan(times, learningRate);
    const expected = expectTraining(problem, plan, noRounding);
    return { plan, expected, accurate: expected.checkpoints.every(acceptable) };
  }
  const paces = pacesOf(problem, times);
  for (let fineness = COARSEST; ; fineness /= 2) {
    const plan = planAt(paces, times, fineness);
    const isFinest = 2 * plan.totalSteps > mostSteps;
    let accurate = true;
    // A plan that will be refined is not followed beyond the first time at which it is too coarse.
    const expected = expectTraining(problem, plan, noRounding, (checkpoint, at) => {
      accurate &&= acceptable(checkpoint, at);
      return accurate || isFinest;
    });
    if (accurate || isFinest) return { plan, expected, accurate };
  }
}
