import type { Batch, KernelContext } from './kernel-context.js';

/** `x / (√y + ε)` of every entry, constant `epsilon`. */
export function overRoot(this: KernelContext<'epsilon'>, numerator: Batch, squares: Batch): number {
  return (
    numerator[this.thread.z]![this.thread.y]![this.thread.x]! /
    (Math.sqrt(squares[this.thread.z]![this.thread.y]![this.thread.x]!) + this.constants.epsilon)
  );
}
