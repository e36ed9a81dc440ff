import { fineTune } from '../../theory/finetuning.js';
import { fineTuneRotated } from '../../theory/rotated-finetuning.js';
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
  /** How large the rounding of these is likely to be. */
  readonly lossPreLikely: number;
  readonly lossFtLikely: number;
}

/** One part of a network that errs on its own: a mode, or a plane of two. */
export interface RoundedPart {
  /** Bound on the error of the part of the network, in the Frobenius norm. */
  readonly bound: number;
  readonly likely: number;
  /** How far it is from the pre-training task, and from the new one. */
  readonly fromPretraining: number;
  readonly fromTask: number;
}

/**
 * An error δ of a part that is g from the task moves the loss by up to `2gδ + δ²`. Bounds add up over the parts, likely errors, of
 * either sign, as squares.
 *
 * @param beside entries that rounding fills beside the parts, each by as much as the largest error; they count squared
 */
export function lossRounding(parts: readonly RoundedPart[], beside: number): LossRounding {
  let [boundPre, boundFt, squaredPre, squaredFt] = [0, 0, 0, 0];
  let [largest, largestLikely] = [0, 0];
  for (const { bound, likely, fromPretraining, fromTask } of parts) {
    boundPre += bound * (2 * fromPretraining + bound);
    boundFt += bound * (2 * fromTask + bound);
    squaredPre += (likely * (2 * fromPretraining + likely)) ** 2;
    squaredFt += (likely * (2 * fromTask + likely)) ** 2;
    largest = Math.max(largest, bound);
    largestLikely = Math.max(largestLikely, likely);
  }
  const [filled, filledLikely] = [beside * largest ** 2, beside * largestLikely ** 2];
  return {
    lossPreRounding: boundPre + filled,
    lossFtRounding: boundFt + filled,
    lossPreLikely: Math.sqrt(squaredPre) + filledLikely,
    lossFtLikely: Math.sqrt(squaredFt) + filledLikely,
  };
}

/** Unit roundoff of the arithmetic of a backend; in float64 twice that, for the recurrence beside it rounds as much. */
export const UNIT_ROUNDOFF = { f32: 2 ** -24, f64: 2 ** -52 } as const;

/** Share of a loss that rounding is likely to take it off by before `auto` computes in float64. */
const DEMANDED = 1e-4;

/** Losses below this share of the squared norm of the larger task count as if they were this large. */
const SMALLEST_SHARE = 0.01;

/** Steps of single modes that float64 takes in less time than a kernel takes to be compiled. */
const QUICK_MODE_STEPS = 5e7;

/**
 * Why an ensemble needs float64 whatever rounding does, or is better served by it; undefined where float32 may serve.
 */
export function float64ByNature(
  { problem, steps }: FineTuningStudy,
  engine: 'modes' | 'matrix',
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
  const beyond = outOfFloat32(largest, smallest, 'factors');
  if (beyond !== undefined) return beyond;
  const modeSteps = tunings.length * steps * problem.modes.length;
  return engine === 'modes' && modeSteps <= QUICK_MODE_STEPS
    ? 'float64 takes these steps in less time than a float32 kernel takes to be compiled'
    : undefined;
}

/**
 * Why rounding in float32 would show, or undefined where it would not.
 *
 * @param expected what each network must give, with the bound on rounding in float32
 */
export function float64ByRounding(
  { problem }: FineTuningStudy,
  expected: ReadonlyMap<Tuning, ExpectedTuning>,
): string | undefined {
  const visible = visibleRounding(problem.spectrum, expected);
  return visible === undefined
    ? undefined
    : `float32 could take losses off by ${visible.share.toPrecision(1)} of their value`;
}

/** How far float32 is likely to take the losses of networks off, where that is more than `auto` puts up with. */
export interface VisibleRounding {
  /** Largest share of a loss. */
  readonly share: number;
  /** Networks with a share that shows. */
  readonly count: number;
}

/** Rounding that shows in the losses of these networks, see {@link float64ByRounding}; undefined where it does not. */
export function visibleRounding(
  spectrum: readonly number[],
  networks: Iterable<readonly [Tuning, ExpectedTuning]>,
): VisibleRounding | undefined {
  let [share, count] = [0, 0];
  for (const [{ task }, expected] of networks) {
    if (expected.divergedAt !== undefined) continue;
    const { lossPre, lossFt, lossPreLikely, lossFtLikely } = expected;
    const smallest = SMALLEST_SHARE * scaleOf(spectrum, task);
    const larger = Math.max(lossPreLikely / Math.max(lossPre, smallest), lossFtLikely / Math.max(lossFt, smallest));
    if (larger > DEMANDED) count++;
    share = Math.max(share, larger);
  }
  return count === 0 ? undefined : { share, count };
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
