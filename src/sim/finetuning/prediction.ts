import { fineTune } from '../../theory/finetuning.js';
import { fineTuneRotated } from '../../theory/rotated-finetuning.js';
import { type FineTuningStudy, sharedValues, type Tuning } from './networks.js';

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

/** A cell of a table for a value of theory: null where descent diverged. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
