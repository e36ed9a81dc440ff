import type { Batch, KernelContext } from './kernel-context.js';

/** `X Yᵀ` of every network; thread (row of Y, row of X, network), constant `inner`. */
export function productWithTransposed(this: KernelContext<'inner'>, left: Batch, right: Batch): number {
  let sum = 0;
  for (let k = 0; k < this.constants.inner; k++) {
    sum += left[this.thread.z]![this.thread.y]![k]! * right[this.thread.z]![this.thread.x]![k]!;
  }
  return sum;
}
