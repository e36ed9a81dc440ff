import type { Batch, KernelContext } from './kernel-context.js';

/**
 * `X C` of every network with the second moments C of its inputs in this step; thread (column, row, network), constants
 * `inner` and `networks`. `moments` holds the matrices of all networks in the first step, then those of the second, ….
 */
export function productWithInputs(
  this: KernelContext<'inner' | 'networks'>,
  batch: Batch,
  moments: Batch,
  step: number,
): number {
  const at = step * this.constants.networks + this.thread.z;
  let sum = 0;
  for (let k = 0; k < this.constants.inner; k++) {
    sum += batch[this.thread.z]![this.thread.y]![k]! * moments[at]![k]![this.thread.x]!;
  }
  return sum;
}
