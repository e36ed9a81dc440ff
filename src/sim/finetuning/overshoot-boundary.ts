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

/** Halvings of the bracket between two factors. */
const HALVINGS = 24;

/**
 * How much the pre-training loss after fine-tuning rises from the best to the last of the staged checkpoints, those with
 * `0 … k` modes fully learned and the others at zero (T4): `F(k) - min_n F(n)`.
 *
 * The planes of the turn do not mix, so that `F(n)` is a sum over planes, each with none, one or both of its modes learned: three
 * closed forms (T0-riccati) give all of them.
 *
 * @param problem the pre-training problem; its starts do not matter
 * @param factor what the task multiplies the modes after the first `unchanged` by, from 0
 * @param task the rest of the task
 * @throws InvalidInputError as `fineTuneRotated`
 */
export function stagedRise(problem: Problem, factor: number, task: OvershootTask): number {
  const { angle, pull, anchor, time } = task;
  const target = problem.spectrum.map((sigma, index) => (index < task.unchanged ? sigma : factor * sigma));
  const [none, one, both] = [0, 1, 2].map((learned) =>
    planeLosses(
      problem,
      fineTuneRotated(stagedProblem(problem, learned), 0, angle, { target, pull, anchor, length: { time } })
        .core,
    ),
  ) as [number[], number[], number[]];
  let loss = none.reduce((sum, value) => sum + value, 0);
  let least = loss;
  for (let mode = 0; mode < problem.modes.length; mode += 1) {
    const plane = Math.floor(mode / 2);
    loss += mode % 2 === 0 ? one[plane]! - none[plane]! : both[plane]! - one[plane]!;
    least = Math.min(least, loss);
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
 * @returns the factor, found by bisection between the two where the rise begins; the first of `factors` where it rises there
 *   already, `null` where it does not up to the last
 * @throws InvalidInputError (option `overshoots`) for factors that do not increase from 0, and as `fineTuneRotated`
 */
export function overshootBoundary(
  problem: Problem,
  factors: readonly number[],
  task: OvershootTask,
): number | null {
  const isIncreasing = factors.every((factor, index) => factor >= 0 && !(factor <= factors[index - 1]!));
  if (!isIncreasing || factors.length === 0) {
    throw new InvalidInputError('overshoots', factors, 'factors from 0 that increase along the list');
  }
  const limit = ROUNDING * problem.spectrum.reduce((sum, sigma) => sum + sigma * sigma, 0);
  const rises = (factor: number) => stagedRise(problem, factor, task) > limit;
  const first = factors.findIndex(rises);
  if (first < 0) return null;
  if (first === 0) return factors[0]!;
  let [left, right] = [factors[first - 1]!, factors[first]!];
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = left + (right - left) / 2;
    if (rises(middle)) right = middle;
    else left = middle;
  }
  return right;
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
