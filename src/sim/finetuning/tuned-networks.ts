import { eventLoopTurns } from '../scenario/event-loop.js';
import type { RunEvent } from '../scenario/scenario.js';
import type { Tuned } from './engines.js';
import type { ExpectedTuning } from './expected-tuning.js';
import { type EnsembleEvent, tuningDiverged } from './networks.js';
import { type FineTuningMethod, type Prediction, predict } from './prediction.js';
import {
  type FineTuningSimulation,
  flowStartingPoint,
  type PreparedFineTuning,
  type StartingPoint,
} from './prepare.js';
import type { Tuning } from './tuning.js';

/** Everything that a run knows of one network. */
export interface TunedNetwork {
  readonly tuning: Tuning;
  /** The checkpoint; undefined where pre-training had diverged. */
  readonly start: StartingPoint | undefined;
  readonly prediction: Prediction;
  /** What the simulated network must give; undefined where nothing was simulated. */
  readonly expected?: ExpectedTuning;
  /** What the simulation gave; undefined where it diverged or nothing was simulated. */
  readonly tuned?: Tuned;
}

/** What a run of an ensemble reports. */
export type TunedNetworksEvent =
  | RunEvent
  | { readonly kind: 'network'; readonly index: number; readonly network: TunedNetwork };

/** Divergences that are reported one by one; the rest are counted. */
const MOST_DIVERGENCES = 10;

/**
 * Fine-tunes an ensemble and yields every network as it comes, with progress and divergences.
 *
 * @param describe names a network in words: `learning rate 0.5, time 10`
 */
export async function* tuneNetworks(
  { study, simulation }: PreparedFineTuning,
  tunings: readonly Tuning[],
  method: FineTuningMethod,
  describe: (tuning: Tuning) => string,
  signal: AbortSignal | undefined,
): AsyncGenerator<TunedNetworksEvent, void, undefined> {
  const prediction = (tuning: Tuning) => predict(study, tuning, method);
  if (simulation === undefined) {
    for (const [index, tuning] of tunings.entries()) {
      const start = flowStartingPoint(study.problem, study.times[tuning.at]!);
      yield { kind: 'network', index, network: { tuning, start, prediction: prediction(tuning) } };
      yield { kind: 'progress', done: index + 1, total: tunings.length, label: 'networks' };
    }
    return;
  }
  const ready: number[] = [];
  for (const [index, tuning] of tunings.entries()) {
    if (simulation.start(tuning.at) !== undefined) ready.push(index);
    else {
      const network = { tuning, start: undefined, prediction: prediction(tuning) };
      yield { kind: 'network', index, network };
    }
  }
  const members = ready.map((index) => tunings[index]!);
  const expected = await expectAll(simulation, members, signal);
  const total = members.length * Math.max(1, study.steps);
  let done = 0;
  let diverged = 0;
  const ensemble = simulation.tune(
    members,
    expected.map(({ divergedAt }) => divergedAt),
  );
  for await (const event of ensemble) {
    if (event.kind === 'advanced') {
      done += event.networkSteps;
      yield { kind: 'progress', done, total, label: 'network steps' };
      continue;
    }
    const tuning = members[event.index]!;
    if (tuningDiverged(event.outcome)) {
      diverged++;
      if (diverged <= MOST_DIVERGENCES) {
        const { divergedAt: step } = event.outcome;
        const divergence = { network: describe(tuning), step, learning_rate: tuning.rate };
        yield { kind: 'diverged', divergence };
      }
    }
    const known = { tuning, start: simulation.start(tuning.at), prediction: prediction(tuning) };
    const network = { ...known, expected: expected[event.index]!, ...resultOf(event) };
    yield { kind: 'network', index: ready[event.index]!, network };
  }
  if (diverged > MOST_DIVERGENCES) {
    const text = `${diverged - MOST_DIVERGENCES} more of ${members.length} networks diverged; their simulated values are empty`;
    yield { kind: 'warning', text };
  }
}

function resultOf({ outcome }: Extract<EnsembleEvent, { kind: 'outcome' }>): { tuned?: Tuned } {
  return tuningDiverged(outcome) ? {} : { tuned: outcome };
}

async function expectAll(
  simulation: FineTuningSimulation,
  tunings: readonly Tuning[],
  signal: AbortSignal | undefined,
): Promise<ExpectedTuning[]> {
  const turn = eventLoopTurns(signal);
  const expected: ExpectedTuning[] = [];
  for (const tuning of tunings) {
    await turn();
    expected.push(simulation.expect(tuning));
  }
  return expected;
}
