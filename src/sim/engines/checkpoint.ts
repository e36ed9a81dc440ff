import type { PerturbedNetworks } from '../backends/backend.js';
import type { Estimate } from '../noise/excess.js';

/** The network at one recorded time of a simulated training run. */
export interface Checkpoint {
  readonly time: number;
  /** Diagonal of the network in the singular basis of the task, one per mode: `u_iᵀ W v_i`. */
  readonly singularValues: Float64Array;
  readonly loss: number;
  /** `‖W1‖²` and `‖W2‖²`. */
  readonly squaredNorms: readonly [number, number];
  /** The network itself, ready to be perturbed. */
  readonly network: PerturbedNetworks;
}

/** A checkpoint with the Monte Carlo estimate of its excess loss for every γ. */
export interface PerturbedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly excess: readonly Estimate[];
}

/** What an engine yields for each recorded time: a checkpoint, or the step at which training had diverged before it. */
export type Recorded = Checkpoint | Diverged;

/** A recorded time that training never reached: it diverged at this step. */
export interface Diverged {
  readonly time: number;
  readonly divergedAt: number;
}

/** Whether training had diverged before this recorded time. */
export function hasDiverged(recorded: Recorded): recorded is Diverged {
  return 'divergedAt' in recorded;
}
