import type { Diverged, TrainedCheckpoint } from './checkpoint.js';
import type { Segment, TrainingPlan } from './training-plan.js';

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
