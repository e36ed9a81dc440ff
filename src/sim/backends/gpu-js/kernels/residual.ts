import type { Batch, KernelContext } from './kernel-context.js';

/** Residual `W1 W2 − A` of every network; thread (column, row, network), constant `hidden`. */
export function residual(this: KernelContext<'hidden'>, first: Batch, second: Batch, target: Batch): number {
  let sum = 0;
  for (let k = 0; k < this.constants.hidden; k++) {
    sum += first[this.thread.z]![this.thread.y]![k]! * second[this.thread.z]![k]![this.thread.x]!;
  }
  return sum - target[this.thread.z]![this.thread.y]![this.thread.x]!;
}
