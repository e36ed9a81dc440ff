import type { FineTuning } from '../../theory/finetuning.js';
import type { Problem } from '../../theory/problem.js';

/** A fine-tuning task: `A_ft = U R diag(values) Rᵀ Vᵀ` with R a turn by `angle` in the planes of modes (1,2), (3,4), … */
export interface Task {
  /** `σ^ft`, `min(p, q)` values in the order of the modes of pre-training. */
  readonly values: readonly number[];
  /** Degrees, from 0 to 180. */
  readonly angle: number;
}

/** One network of an ensemble: from which checkpoint, on what and how fast it is fine-tuned. */
export interface Tuning {
  /** Position of the checkpoint among the recorded times. */
  readonly at: number;
  readonly task: Task;
  readonly rate: number;
  /** Pull λ toward the anchor. */
  readonly pull: number;
}

/** What all networks of an ensemble have in common. */
export interface FineTuningStudy {
  readonly problem: Problem;
  /** Times of pre-training at which there are checkpoints. */
  readonly times: readonly number[];
  readonly steps: number;
  readonly anchor: FineTuning['anchor'];
}

/**
 * Singular values of a task in the order of the modes where it shares the singular vectors of pre-training: its values at
 * 0° and 180°, those of each pair swapped at 90°. Undefined where the vectors are turned.
 */
export function sharedValues({ values, angle }: Task): readonly number[] | undefined {
  if (angle === 0 || angle === 180) return values;
  if (angle !== 90) return undefined;
  return values.map((value, index) => values[index % 2 === 0 ? index + 1 : index - 1] ?? value);
}
