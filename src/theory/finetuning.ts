import { Matrix } from 'ml-matrix';
import { descendFactor } from './descent.js';
import { requireInput } from './invalid-input.js';
import { gap, singularValue } from './mode.js';
import { loss, type Problem, unlearnableLoss } from './problem.js';
import { squaredNorm } from './sensitivity.js';

/** How a checkpoint is fine-tuned on a task that shares its singular vectors. */
export interface FineTuning {
  /** Singular values `σ^ft`, `min(p, q)` of them in the order of the modes of pre-training. */
  readonly target: readonly number[];
  /** `λ`, from 0: how much the anchor counts beside the new task. */
  readonly pull: number;
  /** What is pulled to: the checkpoint `W_0` itself, or the pre-training task (replay of its data). */
  readonly anchor: 'checkpoint' | 'pretraining';
  /**
   * How long: an integer number of steps of gradient descent on `‖W - A_ft‖² + λ‖W - W_0‖²`, at a rate that is finite and from 0,
   * or a time of gradient flow, from 0; `Infinity` runs to the limit.
   */
  readonly length: { readonly rate: number; readonly steps: number } | { readonly time: number };
}

/** Losses of a network before and after fine-tuning; `Infinity` where descent diverged. */
export interface FineTuningLosses {
  readonly lossBefore: number;
  readonly lossPre: number;
  /** Fine-tuning loss after, without the regulariser. */
  readonly lossFt: number;
  /** `lossPre - lossBefore`. */
  readonly forgetting: number;
}

export interface FineTuned extends FineTuningLosses {
  /** Singular values of the network, one per mode of the problem; `Infinity` where descent diverged. */
  readonly singularValues: readonly number[];
}

/**
 * Fine-tunes the checkpoint of the pre-training flow at `time` on a task with shared singular vectors (T4, T5), exactly.
 *
 * Every mode moves on its own, learned or not. Gradient descent is the recurrence
 * `D ← D - 2ηD[(D² - σ^ft) + λ(D² - s_0)]` from `D = √s_0`; gradient flow is the closed form of T0 toward
 * `(σ^ft + λ s_0)/(1 + λ)` at time `(1 + λ)t`. Modes beyond the hidden width stay at zero. Forgetting has no cancellation.
 *
 * @param time gradient-flow time of the checkpoint, from 0; `Infinity` is the limit
 * @throws InvalidInputError for a wrong number of values (`target`), a pull out of its range (`lambdas`), a rate that is not
 *   finite from 0 (`learningRates`), steps that are not an integer from 0 (`steps`) or a negative time (`time`)
 */
export function fineTune(problem: Problem, time: number, fineTuning: FineTuning): FineTuned {
  requireFineTuning(problem, time, fineTuning);
  const { target } = fineTuning;
  let lossPre = unlearnableLoss(problem);
  let lossFt = target.slice(problem.modes.length).reduce((total, value) => total + value ** 2, 0);
  let forgetting = 0;
  const singularValues = problem.modes.map((mode, index) => {
    const before = singularValue(mode, time);
    const after = fineTuneMode(before, mode.sigma, target[index]!, fineTuning);
    lossPre += (after - mode.sigma) ** 2;
    lossFt += (after - target[index]!) ** 2;
    forgetting += (after - before) * (after - mode.sigma - gap(mode, time));
    return after;
  });
  return { singularValues, lossBefore: loss(problem, time), lossPre, lossFt, forgetting };
}

/** Singular value of one mode after fine-tuning from `s_0` (T4, T5), with `σ` the anchor of replay; `Infinity` where descent diverged. */
export function fineTuneMode(
  before: number,
  sigma: number,
  target: number,
  { pull, anchor, length }: Omit<FineTuning, 'target'>,
): number {
  const speed = effectiveSpeed(pull);
  const goal = effectiveValue(target, anchor === 'checkpoint' ? before : sigma, pull);
  if ('time' in length) return singularValue({ sigma: goal, start: before }, speed * length.time);
  if (length.steps === 0) return before;
  return descend(Math.sqrt(before), goal, speed * length.rate, length.steps) ** 2;
}

/** Far beyond every fixed point, where each further step only grows. */
const DIVERGED = 1e100;

function descend(start: number, goal: number, rate: number, steps: number): number {
  // A mode at zero stays there, whatever the rate; a product with an infinite one would say otherwise.
  if (start === 0) return 0;
  let factor = start;
  for (let step = 0; step < steps; step += 1) {
    const next = descendFactor(factor, goal, rate);
    if (next === factor) return factor;
    if (!(Math.abs(next) < DIVERGED)) return Infinity;
    factor = next;
  }
  return factor;
}

/** Refuses a fine-tuning that does not fit a problem, as documented at `fineTune`. */
export function requireFineTuning(problem: Problem, time: number, fineTuning: FineTuning): void {
  const { target, pull, length } = fineTuning;
  requireInput(time >= 0, 'time', time, 'a number from 0');
  const modes = problem.spectrum.length;
  requireInput(target.length === modes, 'target', target, `${modes} singular values`);
  effectiveSpeed(pull);
  if ('time' in length) {
    requireInput(length.time >= 0, 'time', length.time, 'a number from 0');
    return;
  }
  const { rate, steps } = length;
  requireInput(rate >= 0 && rate < Infinity, 'learningRates', rate, 'finite numbers from 0');
  requireInput(Number.isSafeInteger(steps) && steps >= 0, 'steps', steps, 'an integer from 0');
}

/** Pulls `λ` are from 0 to this; every function that takes one refuses others (`InvalidInputError`, option `lambdas`). */
const LARGEST_PULL = 1e150;

/**
 * The task that regularised fine-tuning really follows (T5): `A_eff = (A_ft + λ W_0)/(1 + λ)`.
 *
 * `‖W - A_ft‖² + λ‖W - W_0‖² = (1 + λ)‖W - A_eff‖² + λ/(1 + λ) ‖A_ft - W_0‖²` for every `W`, so that fine-tuning with a pull of
 * `λ` toward the checkpoint is plain fine-tuning to `A_eff` in time `(1 + λ)t`, for any shapes and any start. With the
 * pre-training task `A_pre` as the anchor the same holds for replay of true pre-training data with weight `λ`.
 */
export function effectiveTask(task: Matrix, anchor: Matrix, pull: number): Matrix {
  const { onTask, onAnchor } = sharesOf(pull);
  return Matrix.mul(task, onTask).add(Matrix.mul(anchor, onAnchor));
}

/** `effectiveTask` for one mode whose singular vectors the task and the anchor share: `(σ^ft + λ s_0)/(1 + λ)`. */
export function effectiveValue(target: number, anchor: number, pull: number): number {
  const { onTask, onAnchor } = sharesOf(pull);
  return target * onTask + anchor * onAnchor;
}

/**
 * Factor by which the pull speeds fine-tuning up, `1 + λ` (T5): a step of size `η` on the regularised loss is one of size
 * `(1 + λ)η` on `‖W - A_eff‖²`, and time runs `1 + λ` times as fast.
 */
export function effectiveSpeed(pull: number): number {
  requireInput(pull >= 0 && pull <= LARGEST_PULL, 'lambdas', pull, `numbers from 0 to ${LARGEST_PULL}`);
  return 1 + pull;
}

/** The part of the regularised loss that no weights remove, `λ/(1 + λ) ‖A_ft - W_0‖²`, with `A_pre` for `W_0` in replay (T5). */
export function regularizationFloor(task: Matrix, anchor: Matrix, pull: number): number {
  return sharesOf(pull).onAnchor * squaredNorm(Matrix.sub(task, anchor));
}

function sharesOf(pull: number): { onTask: number; onAnchor: number } {
  const speed = effectiveSpeed(pull);
  return { onTask: 1 / speed, onAnchor: pull / speed };
}

/**
 * An alignment task's loss before and after gradient flow from a checkpoint that shares its singular vectors, and what it gains
 * (T4-two-stage).
 *
 * @param starts singular values of the checkpoint, one per mode, from 0
 * @param goals singular values `σ^al` of the alignment task
 */
export function alignByFlow(starts: readonly number[], goals: readonly number[], time: number) {
  let before = 0;
  let after = 0;
  starts.forEach((start, index) => {
    const mode = { sigma: goals[index]!, start };
    before += (mode.sigma - start) ** 2;
    after += gap(mode, time) ** 2;
  });
  return { before, after, gain: before - after };
}

/** Whether one checkpoint lies between another and the alignment task, mode by mode (T4-two-stage, *between*). */
export function liesBetween(base: readonly number[], tuned: readonly number[], goals: readonly number[]): boolean {
  return tuned.every((value, index) => {
    const [low, high] = [Math.min(base[index]!, goals[index]!), Math.max(base[index]!, goals[index]!)];
    return value >= low && value <= high;
  });
}

/** Whether no mode of a checkpoint is below a third of what the task asks (T4-two-stage, *past a third*): there it learns fastest. */
export function isPastAThird(base: readonly number[], goals: readonly number[]): boolean {
  return base.every((value, index) => 3 * value >= goals[index]!);
}
