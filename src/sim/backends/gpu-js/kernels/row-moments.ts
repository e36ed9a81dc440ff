import type { Batch, KernelContext } from './kernel-context.js';

/**
 * Row sums of the five inner products that make up the excess loss of a perturbed network (see `excess.ts`): with
 * residual R, first-order displacement B and second-order displacement C, thread x = 0…4 sums ⟨R,B⟩, ‖B‖², ⟨R,C⟩,
 * ⟨B,C⟩, ‖C‖² over row y; z = network × replicates + replicate; constants `cols` and `replicates`.
 */
export function rowMoments(
  this: KernelContext<'cols' | 'replicates'>,
  residual: Batch,
  displacement: Batch,
  noiseProduct: Batch,
): number {
  const network = Math.floor((this.thread.z + 0.5) / this.constants.replicates);
  const replicate = this.thread.z - network * this.constants.replicates;
  let sum = 0;
  for (let k = 0; k < this.constants.cols; k++) {
    const r = residual[network]![this.thread.y]![k]!;
    const b = displacement[this.thread.z]![this.thread.y]![k]!;
    const c = noiseProduct[replicate]![this.thread.y]![k]!;
    let left = b;
    let right = b;
    if (this.thread.x === 0) {
      left = r;
    }
    if (this.thread.x === 2) {
      left = r;
      right = c;
    }
    if (this.thread.x === 3) {
      right = c;
    }
    if (this.thread.x === 4) {
      left = c;
      right = c;
    }
    sum += left * right;
  }
  return sum;
}
