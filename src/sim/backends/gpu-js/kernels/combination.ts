import type { Batch, KernelContext, Table } from './kernel-context.js';

/** `a X + b Y`; a and b are the entries `a` and `b` of the step's row of coefficients. */
export function combination(
  this: KernelContext<'a' | 'b'>,
  left: Batch,
  right: Batch,
  coefficients: Table,
  step: number,
): number {
  return (
    coefficients[step]![this.constants.a]! * left[this.thread.z]![this.thread.y]![this.thread.x]! +
    coefficients[step]![this.constants.b]! * right[this.thread.z]![this.thread.y]![this.thread.x]!
  );
}
