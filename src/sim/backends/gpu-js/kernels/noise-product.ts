import type { Batch, KernelContext } from './kernel-context.js';

/** Second-order displacement `E1 E2` of every draw of noise; thread (column, row, replicate), constant `hidden`. */
export function noiseProduct(this: KernelContext<'hidden'>, noise1: Batch, noise2: Batch): number {
  let sum = 0;
  for (let k = 0; k < this.constants.hidden; k++) {
    sum += noise1[this.thread.z]![this.thread.y]![k]! * noise2[this.thread.z]![k]![this.thread.x]!;
  }
  return sum;
}
