import type { Batch, KernelContext } from './kernel-context.js';

/** −1, 0 or 1 for every entry. */
export function entrySigns(this: KernelContext<never>, batch: Batch): number {
  const entry = batch[this.thread.z]![this.thread.y]![this.thread.x]!;
  let sign = 0;
  if (entry > 0) {
    sign = 1;
  }
  if (entry < 0) {
    sign = -1;
  }
  return sign;
}
