import { fineTune } from '../../theory/finetuning.js';
import { fineTuneRotated } from '../../theory/rotated-finetuning.js';
import { VISIBLE_ROUNDING } from '../training/recurrence.js';
import { outOfFloat32 } from '../training/training-plan.js';
import type { ExpectedTuning } from './expected-tuning.js';
import type { StartingPoint } from './prepare.js';
import { type FineTuningStudy, sharedValues, type Task, type Tuning } from './tuning.js';

/** What rounding does to the losses of one network. */
export interface LossRounding {
  /**
   * Bound on the rounding of the pre-training loss, and of forgetting; with what the start has beside its diagonal, as
   * far as fine-tuning does not amplify it.
   */
  readonly lossPreRounding: number;
  readonly lossFtRounding: number;
}

/** One part of a network that errs on its own: a mode, or a plane of two. */
export interface RoundedPart {
  /** Bound on the error of the part of the network, in the Frobenius norm. */
  readonly bound: number;
  /** How far it is from the pre-training task, and from the new one. */
  readonly fromPretraining: number;
  readonly fromTask: number;
}

/**
 * An error δ of a part that is g from the task moves the loss by up to `2gδ + δ²`; bounds add up over the parts.
 *
 * @param beside entries that rounding fills beside the parts, each by as much as the largest error; they count squared
 */
export function lossRounding(parts: readonly RoundedPart[], beside: number): LossRounding {
  const largest = parts.reduce((most, { bound }) => Math.max(most, bound), 0);
  const filled = beside * largest ** 2;
  return parts.reduce(
    ({ lossPreRounding, lossFtRounding }, { bound, fromPretraining, fromTask }) => ({
      lossPreRounding: lossPreRounding + bound * (2 * fromPretraining + bound),
      lossFtRounding: lossFtRounding + bound * (2 * fromTask + bound),
    }),
    { lossPreRounding: filled, lossFtRounding: filled },
  );
}

/** Unit roundoff of the arithmetic of a backend; in float64 twice that, for the recurrence beside it rounds as much. */
export const UNIT_ROUNDOFF = { f32: 2 ** -24, f64: 2 ** -52 } as const;

/** Why factors and tasks of an ensemble do not fit into float32, or undefined where they do. */
export function ensembleOutOfFloat32(
  { problem }: FineTuningStudy,
  starts: readonly StartingPoint[],
  tunings: readonly Tuning[],
): string | undefined {
  const largest = tunings.reduce(
    (most, { task }) => task.values.reduce((a, b) => Math.max(a, b), most),
    problem.spectrum[0]!,
  );
  const smallest = starts.reduce(
    (least, { factors }) => factors.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), least),
    1,
  );
  return outOfFloat32(largest, smallest, 'factors');
}

/**
 * Whether rounding could show in what becomes of a network: its bound on a loss passes 1 % of the squared norm of the larger task,
 * or that on a singular value 1 % of the norm. A comparison within such a bound would prove nothing.
 */
export function isRoundingVisible(
  spectrum: readonly number[],
  task: Task,
  { lossPreRounding, lossFtRounding, modes }: ExpectedTuning,
): boolean {
  const scale = scaleOf(spectrum, task);
  const limit = VISIBLE_ROUNDING * scale;
  const ofModes = VISIBLE_ROUNDING * Math.sqrt(scale);
  if (!(lossPreRounding <= limit && lossFtRounding <= limit)) return true;
  return modes !== undefined && !modes.rounding.every((bound) => bound <= ofModes);
}

/** Squared norm of the pre-training task or, where a new one is larger, of that. */
export function scaleOf(spectrum: readonly number[], task?: Task): number {
  return Math.max(squaredNorm(spectrum), squaredNorm(task?.values ?? []));
}

function squaredNorm(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

/** What the theory gives for one network. A loss is `Infinity` where descent diverged. */
export interface Prediction {
  readonly lossBefore: number;
  readonly lossPre: number;
  readonly lossFt: number;
  readonly forgetting: number;
}

/** How fine-tuning goes: steps of gradient descent, or gradient flow for the same time. */
export type FineTuningMethod = 'descent' | 'flow';

/**
 * The network after fine-tuning from the checkpoint of the pre-training flow: the exact recurrence of gradient descent
 * (T4, T5; 2×2 blocks where the vectors are turned), or the closed form of gradient flow for the time `K η`.
 */
export function predict(
  { problem, times, steps, anchor }: FineTuningStudy,
  { at, task, rate, pull }: Tuning,
  method: FineTuningMethod,
): Prediction {
  const length = method === 'flow' ? { time: steps * rate } : { rate, steps };
  const values = sharedValues(task);
  const time = times[at]!;
  const tuned =
    values !== undefined
      ? fineTune(problem, time, { target: values, pull, anchor, length })
      : fineTuneRotated(problem, time, task.angle, { target: task.values, pull, anchor, length });
  const limit = DIVERGED * (squaredNorm(problem.spectrum) + squaredNorm(task.values));
  if (tuned.lossPre <= limit) return tuned;
  return { lossBefore: tuned.lossBefore, lossPre: Infinity, lossFt: Infinity, forgetting: Infinity };
}

/** Losses beyond this many squared norms of the two tasks are on their way to infinity. */
const DIVERGED = 1e12;
