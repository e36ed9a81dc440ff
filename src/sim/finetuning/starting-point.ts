import { gap, singularValue } from '../../theory/mode.js';
import type { Problem } from '../../theory/problem.js';
import { loss } from '../../theory/trajectory.js';
import type { Weights } from '../backends/backend.js';

/** A checkpoint from which networks are fine-tuned. */
export interface StartingPoint {
  readonly time: number;
  /** Factors D of the modes in exact arithmetic. */
  readonly factors: Float64Array;
  /** What the modes lack, `σ − D²`, with full relative accuracy where it is known. */
  readonly gaps: Float64Array;
  /** The network that pre-training by descent left, in the form of the engine; absent where it is built from `factors`. */
  readonly trained?: Float64Array | Weights;
  /**
   * What `factors` leave out of the network, in the Frobenius norm: rounding in pre-training on full matrices fills the
   * entries beside the diagonal. 0 where there are none.
   */
  readonly beside: number;
  /** Pre-training loss of the checkpoint. */
  readonly loss: number;
}

/** The checkpoint of the pre-training flow at a time, in closed form. */
export function flowStartingPoint(problem: Problem, time: number): StartingPoint {
  return {
    time,
    factors: Float64Array.from(problem.modes, (mode) => Math.sqrt(singularValue(mode, time))),
    gaps: Float64Array.from(problem.modes, (mode) => gap(mode, time)),
    loss: loss(problem, time),
    beside: 0,
  };
}
