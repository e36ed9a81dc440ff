import { descendFactor } from './descent.js';
import { InvalidInputError } from './invalid-input.js';
import { gap, singularValue } from './mode.js';
import type { Problem } from './problem.js';
import { effectiveSpeed, effectiveValue } from './regularization.js';
import { loss } from './trajectory.js';

/** `steps` gradient-descent steps of one size. */
export interface DescentLength {
  /** Learning rate `η` on `‖W - A_ft‖² + λ‖W - W_0‖²`; finite, from 0. */
  readonly rate: number;
  /** Number `K` of steps; an integer from 0. */
  readonly steps: number;
}

/** Gradient flow for some time. */
export interface FlowLength {
  /** Gradient-flow time, from 0; `Infinity` runs to the limit. */
  readonly time: number;
}

/** How a checkpoint is fine-tuned on a task that shares its singular vectors. */
export interface FineTuning {
  /** Singular values `σ^ft`, `min(p, q)` of them in the order of the modes of pre-training. */
  readonly target: readonly number[];
  /** `λ`, from 0: how much the anchor counts beside the new task. */
  readonly pull: number;
  /** What is pulled to: the checkpoint `W_0` itself, or the pre-training task (replay of its data). */
  readonly anchor: 'checkpoint' | 'pretraining';
  /** How long: steps of gradient descent, or gradient flow. */
  readonly length: DescentLength | FlowLength;
}

/** A checkpoint after fine-tuning. */
export interface FineTuned {
  /** Singular values of the network, one per mode of the problem; `Infinity` where descent diverged. */
  readonly singularValues: readonly number[];
  /** Pre-training loss before. */
  readonly lossBefore: number;
  /** Pre-training loss after. */
  readonly lossPre: number;
  /** Fine-tuning loss after, without the regulariser. */
  readonly lossFt: number;
  /** `lossPre - lossBefore`, without their cancellation. */
  readonly forgetting: number;
}

/**
 * Fine-tunes the checkpoint of the pre-training flow at `time` on a task with shared singular vectors (T4, T5), exactly.
 *
 * Every mode moves on its own, learned or not. Gradient descent is the recurrence
 * `D ← D - 2ηD[(D² - σ^ft) + λ(D² - s_0)]` from `D = √s_0`; gradient flow is the closed form of T0 toward
 * `(σ^ft + λ s_0)/(1 + λ)` at time `(1 + λ)t`. Modes beyond the hidden width stay at zero.
 *
 * @param problem the pre-training problem
 * @param time gradient-flow time of the checkpoint, from 0; `Infinity` is the limit
 * @param fineTuning the task, the pull and the length
 * @throws InvalidInputError for a wrong number of values (`target`), a pull out of its range (`lambdas`), a rate that is not
 *   finite from 0 (`learningRates`), steps that are not an integer from 0 (`steps`) or a negative time (`time`)
 */
export function fineTune(problem: Problem, time: number, fineTuning: FineTuning): FineTuned {
  requireFineTuning(problem, time, fineTuning);
  const { target } = fineTuning;
  const lossBefore = loss(problem, time);
  let lossPre = problem.unlearnable.reduce((total, sigma) => total + sigma ** 2, 0);
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
  return { singularValues, lossBefore, lossPre, lossFt, forgetting };
}

/**
 * Singular value of one mode after fine-tuning (T4, T5).
 *
 * @param before singular value `s_0` at the checkpoint, from 0
 * @param sigma singular value `σ` of the pre-training task, the anchor of replay
 * @param target singular value `σ^ft` of the fine-tuning task
 * @param fineTuning the pull, its anchor and the length
 * @returns the singular value; `Infinity` where descent diverged
 */
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

/**
 * Refuses a fine-tuning that does not fit a problem.
 *
 * @param problem the pre-training problem
 * @param time gradient-flow time of the checkpoint
 * @param fineTuning the task, the pull and the length
 * @throws InvalidInputError as documented at `fineTune`
 */
export function requireFineTuning(problem: Problem, time: number, fineTuning: FineTuning): void {
  const { target, pull, length } = fineTuning;
  if (!(time >= 0)) throw new InvalidInputError('time', time, 'a number from 0');
  if (target.length !== problem.spectrum.length) {
    throw new InvalidInputError('target', target, `${problem.spectrum.length} singular values`);
  }
  effectiveSpeed(pull);
  if ('time' in length) {
    if (!(length.time >= 0)) throw new InvalidInputError('time', length.time, 'a number from 0');
    return;
  }
  const { rate, steps } = length;
  if (!(rate >= 0 && rate < Infinity)) {
    throw new InvalidInputError('learningRates', rate, 'finite numbers from 0');
  }
  if (!(Number.isSafeInteger(steps) && steps >= 0)) {
    throw new InvalidInputError('steps', steps, 'an integer from 0');
  }
}
