import type { Batch, KernelContext } from './kernel-context.js';

/** `X / (√(a² + b²) + ε)` of every matrix, constant `epsilon`; the norms a and b are batches of 1×1 matrices. */
export function overBothNorms(
  this: KernelContext<'epsilon'>,
  batch: Batch,
  leftNorms: Batch,
  rightNorms: Batch,
): number {
  const left = leftNorms[this.thread.z]![0]![0]!;
  const right = rightNorms[this.thread.z]![0]![0]!;
  return (
    batch[this.thread.z]![this.thread.y]![this.thread.x]! /
    (Math.sqrt(left * left + right * right) + this.constants.epsilon)
  );
}
