import type { Batch, KernelContext } from './kernel-context.js';

/** `Xᵀ Y` of every network; thread (column of Y, column of X, network), constant `inner`. */
export function productOfTransposed(this: KernelContext<'inner'>, left: Batch, right: Batch): number {
  let sum = 0;
  for (let k = 0; k < this.constants.inner; k++) {
    sum += left[this.thread.z]![k]![this.thread.y]! * right[this.thread.z]![k]![this.thread.x]!;
  }
  return sum;
}
