import type { NetworkShape, PerturbedNetworks, Weights } from '../backends/backend.js';
import type { Segment, TrainingPlan } from './training-plan.js';

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
export function layersIn({ first, second }: Weights, { rows, hidden, cols }: NetworkShape, at: number): Weights {
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

/** How one kind of network, or an ensemble, trains: what its state is, how it steps, and what is recorded of it. */
export interface Trainee<State, Record = TrainedCheckpoint> {
  readonly start: State;
  /** The state after one gradient-descent step per rate. */
  descend(state: State, rates: readonly number[]): Promise<State>;
  /** Whether a state is still a result: finite, and with a finite loss. */
  inBounds(state: State): boolean;
  record(state: State, time: number): Record;
}

/**
 * Follows a training plan and yields every recorded time in turn: a checkpoint, or the step at which training diverged.
 *
 * @param knownDivergence step from which on the plan is known to be unstable, whatever the state looks like
 */
export async function* recordTraining<State, Record = TrainedCheckpoint>(
  plan: TrainingPlan,
  trainee: Trainee<State, Record>,
  knownDivergence: number | undefined,
): AsyncGenerator<Record | Diverged, void, undefined> {
  let state = trainee.start;
  let taken = 0;
  let divergedAt: number | undefined;
  for (const { time, segments, snapshotRate } of plan.recordings) {
    const steps = segments.reduce((sum, segment) => sum + segment.steps, 0);
    if (knownDivergence !== undefined && taken + steps >= knownDivergence) divergedAt ??= knownDivergence;
    for (const rates of divergedAt === undefined ? ratesOf(segments) : []) {
      const before = state;
      state = await trainee.descend(before, rates);
      if (!trainee.inBounds(state)) {
        divergedAt = taken + (await firstStepBeyond(trainee, before, rates));
        break;
      }
      taken += rates.length;
    }
    if (divergedAt !== undefined) yield { time, divergedAt };
    else yield trainee.record(snapshotRate > 0 ? await trainee.descend(state, [snapshotRate]) : state, time);
  }
}

/** Steps that one call of a trainee makes at most, so that 10^8 of them take no more memory than these. */
const LONGEST_RUN = 2 ** 16;

/** The rates of some segments, one per step, cut into runs. */
function* ratesOf(segments: readonly Segment[]): Generator<number[]> {
  let run: number[] = [];
  for (const { rate, steps } of segments) {
    for (let step = 0; step < steps; step++) {
      run.push(rate);
      if (run.length < LONGEST_RUN) continue;
      yield run;
      run = [];
    }
  }
  if (run.length > 0) yield run;
}

/** Repeats a run that ended out of bounds, to find the first step, counted from 1, after which it was. */
async function firstStepBeyond<State, Record>(
  trainee: Trainee<State, Record>,
  state: State,
  rates: readonly number[],
): Promise<number> {
  const stride = 64;
  let current = state;
  for (let start = 0; start < rates.length; start += stride) {
    const next = await trainee.descend(current, rates.slice(start, start + stride));
    if (trainee.inBounds(next)) {
      current = next;
      continue;
    }
    for (let step = start; step < rates.length; step++) {
      current = await trainee.descend(current, [rates[step]!]);
      if (!trainee.inBounds(current)) return step + 1;
    }
  }
  return rates.length;
}
