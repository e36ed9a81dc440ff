import type { Batch, KernelContext, Vector } from './kernel-context.js';

/**
 * `W − factor · η · X` of every network, constant `factor`; η is the step's rate times the network's own scale. At rate 0
 * nothing changes, whatever overflows.
 */
export function descended(
  this: KernelContext<'factor'>,
  weights: Batch,
  direction: Batch,
  rates: Vector,
  scales: Vector,
  step: number,
): number {
  let change = 0;
  if (rates[step] !== 0) {
    change =
      this.constants.factor *
      rates[step]! *
      scales[this.thread.z]! *
      direction[this.thread.z]![this.thread.y]![this.thread.x]!;
  }
  return weights[this.thread.z]![this.thread.y]![this.thread.x]! - change;
}
