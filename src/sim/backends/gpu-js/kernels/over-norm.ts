import type { Batch, KernelContext } from './kernel-context.js';

/** `X / (norm + ε)` of every matrix, constant `epsilon`; `norms` is a batch of 1×1 matrices. */
export function overNorm(this: KernelContext<'epsilon'>, batch: Batch, norms: Batch): number {
  return (
    batch[this.thread.z]![this.thread.y]![this.thread.x]! /
    (norms[this.thread.z]![0]![0]! + this.constants.epsilon)
  );
}
