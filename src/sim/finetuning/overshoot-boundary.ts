import type { FineTuning } from '../../theory/finetuning.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { createProblem, type Problem } from '../../theory/problem.js';
import { fineTuneRotated } from '../../theory/rotated-finetuning.js';

/** Fine-tuning by gradient flow on a task that multiplies the later modes and turns the singular vectors. */
export interface OvershootTask {
  /** Number of modes whose singular values the task keeps. */
  readonly unchanged: number;
  /** Degrees by which singular vectors are turned in the planes of modes (1,2), (3,4), …; from 0 to 180. */
  readonly angle: number;
  /** `λ`, from 0. */
  readonly pull: number;
  readonly anchor: FineTuning['anchor'];
  /** Gradient-flow time of fine-tuning, from 0; `Infinity` is convergence. */
  readonly time: number;
}

/** Rises below this share of the squared norm of the pre-training task are rounding. */
const ROUNDING = 1e-12;

/** The boundary is known to this share of the bracket between two factors, as by 24 halvings. */
const RESOLUTION = 2 ** -24;

/**
 * How much the pre-training loss after fine-tuning rises from the best to the last of the staged checkpoints, those with
 * `0 … k` modes fully learned and the others at zero (T4): `F(k) - min_n F(n)`.
 *
 * @param problem the pre-training problem; its starts do not matter
 * @param factor what the task multiplies the modes after the first `unchanged` by, from 0
 * @param task the rest of the task
 * @throws InvalidInputError as `fineTuneRotated`
 */
export function stagedRise(problem: Problem, factor: number, task: OvershootTask): number {
  return Math.max(0, aboveEarlier(problem, factor, task));
}

/**
 * The same against the checkpoints before the last, `F(k) - min_{n<k} F(n)`, which is negative where the last is the best.
 *
 * The planes of the turn do not mix, so that `F(n)` is a sum over planes, each with none, one or both of its modes learned: two
 * closed forms (T0-riccati) give all of them, since a plane without any stays at zero.
 */
function aboveEarlier(problem: Problem, factor: number, task: OvershootTask): number {
  const { angle, pull, anchor, time } = task;
  const target = problem.spectrum.map((sigma, index) => (index < task.unchanged ? sigma : factor * sigma));
  const [one, both] = [1, 2].map((learned) =>
    planeLosses(
      problem,
      fineTuneRotated(stagedProblem(problem, learned), 0, angle, { target, pull, anchor, length: { time } }).core,
    ),
  ) as [number[], number[]];
  const none = planeLosses(problem, { get: () => 0 });
  let loss = none.reduce((sum, value) => sum + value, 0);
  let least = Infinity;
  for (let mode = 0; mode < problem.modes.length; mode += 1) {
    least = Math.min(least, loss);
    const plane = Math.floor(mode / 2);
    loss += mode % 2 === 0 ? one[plane]! - none[plane]! : both[plane]! - one[plane]!;
  }
  return loss - least;
}

/**
 * The least factor above which longer pre-training makes the pre-training loss after fine-tuning rise again, for staged
 * checkpoints: at convergence and 0° it is `2 + λ` (T4-overshoot), elsewhere it comes from the closed form.
 *
 * @param problem the pre-training problem
 * @param factors factors among which it is looked for, increasing, from 0
 * @param task the rest of the task
 * @returns the factor, to 2⁻²⁴ of the bracket of the two between which the rise begins; the first of `factors` where it rises there
 *   already, `null` where it does not up to the last
 * @throws InvalidInputError (option `overshoots`) for factors that do not increase from 0, and as `fineTuneRotated`
 */
export function overshootBoundary(problem: Problem, factors: readonly number[], task: OvershootTask): number | null {
  const isIncreasing = factors.every((factor, index) => factor >= 0 && !(factor <= factors[index - 1]!));
  if (!isIncreasing || factors.length === 0) {
    throw new InvalidInputError('overshoots', factors, 'factors from 0 that increase along the list');
  }
  const limit = ROUNDING * problem.spectrum.reduce((sum, sigma) => sum + sigma * sigma, 0);
  const excess = (factor: number) => aboveEarlier(problem, factor, task) - limit;
  let before = -Infinity;
  for (const [index, factor] of factors.entries()) {
    const here = excess(factor);
    if (here > 0) {
      if (index === 0) return factor;
      return closeIn({ at: factors[index - 1]!, value: before }, { at: factor, value: here }, excess);
    }
    before = here;
  }
  return null;
}

interface Evaluated {
  readonly at: number;
  readonly value: number;
}

/**
 * Where a function becomes positive: by secants whose other end counts half where it stays a second time (Illinois), and by a halving
 * where three of them have not halved the bracket.
 *
 * @returns the upper end of the last bracket
 */
function closeIn(from: Evaluated, to: Evaluated, evaluate: (at: number) => number): number {
  let [left, right] = [from, to];
  const width = (right.at - left.at) * RESOLUTION;
  let rightMoved: boolean | undefined;
  const lengths = [Infinity, Infinity, Infinity];
  while (right.at - left.at > width) {
    const length = right.at - left.at;
    const isSlow = length > lengths.shift()! / 2;
    lengths.push(length);
    const share = isSlow ? 1 / 2 : left.value / (left.value - right.value);
    // Half the width aside, so that the bracket closes where a secant hits the root from one side.
    const at = Math.min(Math.max(left.at + share * length, left.at + width / 2), right.at - width / 2);
    const value = evaluate(at);
    if (value > 0) {
      right = { at, value };
      if (rightMoved === true) left = { at: left.at, value: left.value / 2 };
    } else {
      left = { at, value };
      if (rightMoved === false) right = { at: right.at, value: right.value / 2 };
    }
    rightMoved = value > 0;
  }
  return right.at;
}

/** The problem with the first `learned` modes of every plane at their σ and the others at zero. */
function stagedProblem({ rows, hidden, cols, spectrum, tau, modes }: Problem, learned: number): Problem {
  const starts = modes.map(({ sigma }, mode) => (mode % 2 < learned ? sigma : 0));
  return createProblem({ rows, hidden, cols, spectrum, tau, starts });
}

/** `‖W - A‖²` of a network, plane by plane. */
function planeLosses({ spectrum }: Problem, core: { get(row: number, column: number): number }): number[] {
  return Array.from({ length: Math.ceil(spectrum.length / 2) }, (_, plane) => {
    const [first, second] = [2 * plane, 2 * plane + 1];
    let loss = (core.get(first, first) - spectrum[first]!) ** 2;
    if (second < spectrum.length) {
      loss += (core.get(second, second) - spectrum[second]!) ** 2;
      loss += core.get(first, second) ** 2 + core.get(second, first) ** 2;
    }
    return loss;
  });
}
