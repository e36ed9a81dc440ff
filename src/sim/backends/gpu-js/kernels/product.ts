import type { Batch, KernelContext } from './kernel-context.js';

/** `X Y` of every network; thread (column, row, network), constant `inner`. */
export function product(this: KernelContext<'inner'>, left: Batch, right: Batch): number {
  let sum = 0;
  for (let k = 0; k < this.constants.inner; k++) {
    sum += left[this.thread.z]![this.thread.y]![k]! * right[this.thread.z]![k]![this.thread.x]!;
  }
  return sum;
}
