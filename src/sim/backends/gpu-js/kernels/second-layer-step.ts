import type { Batch, KernelContext, Vector } from './kernel-context.js';

/**
 * One gradient-descent step of the second layer, `W2 − 2η W1ᵀ (W1 W2 − A)`, of every network; thread (column, hidden,
 * network), constant `rows`. η is the step's rate times the network's own scale; at rate 0 nothing changes, whatever
 * overflows.
 */
export function secondLayerStep(
  this: KernelContext<'rows'>,
  first: Batch,
  second: Batch,
  residual: Batch,
  rates: Vector,
  scales: Vector,
  step: number,
): number {
  let sum = 0;
  for (let k = 0; k < this.constants.rows; k++) {
    sum += first[this.thread.z]![k]![this.thread.y]! * residual[this.thread.z]![k]![this.thread.x]!;
  }
  let change = 0;
  if (rates[step] !== 0) {
    change = 2 * rates[step]! * scales[this.thread.z]! * sum;
  }
  return second[this.thread.z]![this.thread.y]![this.thread.x]! - change;
}
