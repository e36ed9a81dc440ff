import { Matrix } from 'ml-matrix';
import { effectiveTask } from '../../../theory/regularization.js';
import type { BlockTasks } from './replay-tasks.js';

/** What fine-tuning on the new task has beside it. */
export const replayMethods = ['none', 'true-data', 'self-generated', 'pull'] as const;

/**
 * `none`; `true-data`: old inputs with their true outputs; `self-generated`: old inputs with the outputs of the checkpoint; `pull`:
 * the checkpoint's own outputs on the new inputs, as a divergence between distributions would be measured there.
 */
export type ReplayMethod = (typeof replayMethods)[number];

/** What a network is trained on: a target for every block of inputs, and how much of it there is. */
export interface BlockData {
  readonly targets: readonly [Matrix, Matrix];
  /** Variance of the inputs of each block, the weight of its loss. */
  readonly weights: readonly [number, number];
}

/** Pre-training: the old task alone. */
export function pretrainingData({ old, added }: BlockTasks): BlockData {
  return { targets: [old, Matrix.zeros(added.rows, added.columns)], weights: [1, 0] };
}

/**
 * Fine-tuning on the new task.
 *
 * @param replay weight λ of what is beside it
 * @param checkpoint what the network makes of either block before
 */
export function fineTuningData(
  { old, added }: BlockTasks,
  method: ReplayMethod,
  replay: number,
  checkpoint: readonly [Matrix, Matrix],
): BlockData {
  if (method === 'true-data') return { targets: [old, added], weights: [replay, 1] };
  if (method === 'self-generated') return { targets: [checkpoint[0], added], weights: [replay, 1] };
  if (method === 'pull') {
    // T5: the pull is plain fine-tuning on the effective task, 1 + λ times as fast.
    return { targets: [old, effectiveTask(added, checkpoint[1], replay)], weights: [0, 1 + replay] };
  }
  return { targets: [old, added], weights: [0, 1] };
}
