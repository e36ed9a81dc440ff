import type { NetworkShape, PerturbedNetworks, Weights } from '../backends/backend.js';

/** What a simulated training run was at one recorded time. */
export interface Checkpoint {
  readonly time: number;
  /** Diagonal of the network in the singular basis of the task, one per mode: `u_iᵀ W v_i`. */
  readonly singularValues: Float64Array;
  readonly loss: number;
  /** `‖W1‖²` and `‖W2‖²`. */
  readonly squaredNorms: readonly [number, number];
}

/** A checkpoint with the network itself, ready to be perturbed. */
export interface TrainedCheckpoint extends Checkpoint {
  readonly network: PerturbedNetworks;
}

/** What is kept of a checkpoint to the end of a run: all its networks together would not fit in memory. */
export function withoutNetwork({ time, singularValues, loss, squaredNorms }: TrainedCheckpoint): Checkpoint {
  return { time, singularValues, loss, squaredNorms };
}

/** What an engine yields for each recorded time: a checkpoint, or the step at which training had diverged before it. */
export type Recorded = TrainedCheckpoint | Diverged;

/** A recorded time that training never reached: it diverged at this step. */
export interface Diverged {
  readonly time: number;
  readonly divergedAt: number;
}

/** Whether training had diverged before this recorded time. */
export function hasDiverged(recorded: object): recorded is Diverged {
  return 'divergedAt' in recorded;
}

/** Both layers of one network of an ensemble, in the ensemble's memory. */
export function layersIn(
  { first, second }: Weights,
  { rows, hidden, cols }: NetworkShape,
  at: number,
): Weights {
  return {
    first: first.subarray(at * rows * hidden, (at + 1) * rows * hidden),
    second: second.subarray(at * hidden * cols, (at + 1) * hidden * cols),
  };
}

/** Both layers of one network of an ensemble, copied. */
export function layersAt(networks: Weights, shape: NetworkShape, at: number): Weights {
  const { first, second } = layersIn(networks, shape, at);
  return { first: first.slice(), second: second.slice() };
}
