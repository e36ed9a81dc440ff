import type { Batch, KernelContext } from './kernel-context.js';

/**
 * First-order displacement `E1 W2 + W1 E2` where both layers are diagonal with the same factors, in O(1) per entry;
 * thread (column, row, network × replicates + replicate), constants `modes` and `replicates`. `factors` is a batch of
 * single rows.
 */
export function diagonalDisplacement(
  this: KernelContext<'modes' | 'replicates'>,
  factors: Batch,
  noise1: Batch,
  noise2: Batch,
): number {
  const network = Math.floor((this.thread.z + 0.5) / this.constants.replicates);
  const replicate = this.thread.z - network * this.constants.replicates;
  let sum = 0;
  if (this.thread.x < this.constants.modes) {
    sum += noise1[replicate]![this.thread.y]![this.thread.x]! * factors[network]![0]![this.thread.x]!;
  }
  if (this.thread.y < this.constants.modes) {
    sum += factors[network]![0]![this.thread.y]! * noise2[replicate]![this.thread.y]![this.thread.x]!;
  }
  return sum;
}
