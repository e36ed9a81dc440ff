import type { Batch, KernelContext } from './kernel-context.js';

/** Frobenius norm of every matrix; thread (0, 0, network), constants `rows` and `cols`. */
export function frobeniusNorm(this: KernelContext<'rows' | 'cols'>, batch: Batch): number {
  let sum = 0;
  for (let row = 0; row < this.constants.rows; row++) {
    for (let column = 0; column < this.constants.cols; column++) {
      const entry = batch[this.thread.z]![row]![column]!;
      sum += entry * entry;
    }
  }
  return Math.sqrt(sum);
}
