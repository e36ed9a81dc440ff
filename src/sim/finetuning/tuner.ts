import type { Tuning } from './tuning.js';

/** A network after fine-tuning, measured. */
export interface Tuned {
  /** Pre-training loss. */
  readonly lossPre: number;
  /** Fine-tuning loss, without the regulariser. */
  readonly lossFt: number;
  /** Rise of the pre-training loss, without its cancellation. */
  readonly forgetting: number;
  /** Diagonal of the network in the singular basis of pre-training, one value per mode: `u_iᵀ W v_i`. */
  readonly singularValues: Float64Array;
}

/** How networks of one kind are fine-tuned side by side. */
export interface Tuner<State> {
  /** Memory that one network of a batch takes at its peak, in bytes. */
  readonly bytesPerNetwork: number;
  /** Multiplications and additions that one step of one network takes. */
  readonly workPerStep: number;
  /** The networks before their first step. */
  start(tunings: readonly Tuning[]): State;
  /** All networks after so many steps more. */
  advance(state: State, steps: number): Promise<State>;
  /** The networks, measured; what is not finite has diverged. */
  measure(state: State): Tuned[];
}
