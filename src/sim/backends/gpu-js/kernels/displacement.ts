import type { Batch, KernelContext } from './kernel-context.js';

/**
 * First-order displacement `E1 W2 + W1 E2` of every network under every draw of noise; thread (column, row, network ×
 * replicates + replicate), constants `hidden` and `replicates`.
 */
export function displacement(
  this: KernelContext<'hidden' | 'replicates'>,
  first: Batch,
  second: Batch,
  noise1: Batch,
  noise2: Batch,
): number {
  const network = Math.floor((this.thread.z + 0.5) / this.constants.replicates);
  const replicate = this.thread.z - network * this.constants.replicates;
  let sum = 0;
  for (let k = 0; k < this.constants.hidden; k++) {
    sum +=
      noise1[replicate]![this.thread.y]![k]! * second[network]![k]![this.thread.x]! +
      first[network]![this.thread.y]![k]! * noise2[replicate]![k]![this.thread.x]!;
  }
  return sum;
}
