import type { Batch, KernelContext } from './kernel-context.js';

/** `x y` of every pair of entries. */
export function entryProducts(this: KernelContext<never>, left: Batch, right: Batch): number {
  return (
    left[this.thread.z]![this.thread.y]![this.thread.x]! *
    right[this.thread.z]![this.thread.y]![this.thread.x]!
  );
}
