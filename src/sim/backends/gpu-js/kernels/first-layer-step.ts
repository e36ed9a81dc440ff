import type { Batch, KernelContext, Vector } from './kernel-context.js';

/**
 * One gradient-descent step of the first layer, `W1 − 2η (W1 W2 − A) W2ᵀ`, of every network; thread (hidden, row,
 * network), constant `cols`. η is the step's rate times the network's own scale; at rate 0 nothing changes, whatever
 * overflows.
 */
export function firstLayerStep(
  this: KernelContext<'cols'>,
  first: Batch,
  second: Batch,
  residual: Batch,
  rates: Vector,
  scales: Vector,
  step: number,
): number {
  let sum = 0;
  for (let k = 0; k < this.constants.cols; k++) {
    sum += residual[this.thread.z]![this.thread.y]![k]! * second[this.thread.z]![this.thread.x]![k]!;
  }
  let change = 0;
  if (rates[step] !== 0) {
    change = 2 * rates[step]! * scales[this.thread.z]! * sum;
  }
  return first[this.thread.z]![this.thread.y]![this.thread.x]! - change;
}
