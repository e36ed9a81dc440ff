import type { Batch, KernelContext } from './kernel-context.js';

/** `x²` of every entry. */
export function entrySquares(this: KernelContext<never>, batch: Batch): number {
  const entry = batch[this.thread.z]![this.thread.y]![this.thread.x]!;
  return entry * entry;
}
