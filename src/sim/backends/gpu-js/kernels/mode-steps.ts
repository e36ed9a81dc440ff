import type { KernelContext, Vector } from './kernel-context.js';

/**
 * Many steps of the scalar recurrence `D ← D − 2η D (D² − σ)` (T0); thread x is one mode of one network, constant
 * `steps`. η is the step's rate times the scale of the mode's network; at rate 0 nothing changes, whatever overflows.
 */
export function modeSteps(
  this: KernelContext<'steps'>,
  factors: Vector,
  sigmas: Vector,
  scales: Vector,
  rates: Vector,
): number {
  let factor = factors[this.thread.x]!;
  const sigma = sigmas[this.thread.x]!;
  const scale = 2 * scales[this.thread.x]!;
  for (let step = 0; step < this.constants.steps; step++) {
    if (rates[step] !== 0) {
      factor = factor - scale * rates[step]! * factor * (factor * factor - sigma);
    }
  }
  return factor;
}
