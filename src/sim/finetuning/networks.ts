import type { FineTuning } from '../../theory/finetuning.js';
import type { Problem } from '../../theory/problem.js';
import { eventLoopTurns } from '../scenario/compute.js';
import type { RunEvent } from '../scenario/scenario.js';
import type { Tuned, Tuner } from './engines.js';
import type { ExpectedTuning } from './expected-tuning.js';
import { type FineTuningMethod, type Prediction, predict } from './prediction.js';
import {
  type FineTuningSimulation,
  flowStartingPoint,
  type PreparedFineTuning,
  type StartingPoint,
} from './prepare.js';

/** A fine-tuning task: `A_ft = U R diag(values) Rᵀ Vᵀ` with R a turn by `angle` in the planes of modes (1,2), (3,4), … */
export interface Task {
  /** `σ^ft`, `min(p, q)` values in the order of the modes of pre-training. */
  readonly values: readonly number[];
  /** Degrees, from 0 to 180. */
  readonly angle: number;
}

/** One network of an ensemble: from which checkpoint, on what and how fast it is fine-tuned. */
export interface Tuning {
  /** Position of the checkpoint among the recorded times. */
  readonly at: number;
  readonly task: Task;
  /** Learning rate η. */
  readonly rate: number;
  /** Pull λ toward the anchor. */
  readonly pull: number;
}

/** What all networks of an ensemble have in common. */
export interface FineTuningStudy {
  readonly problem: Problem;
  /** Times of pre-training at which there are checkpoints. */
  readonly times: readonly number[];
  /** Number K of gradient-descent steps. */
  readonly steps: number;
  readonly anchor: FineTuning['anchor'];
}

/**
 * Singular values of a task in the order of the modes where it shares the singular vectors of pre-training: its values at
 * 0° and 180°, those of each pair swapped at 90°. Undefined where the vectors are turned.
 */
export function sharedValues({ values, angle }: Task): readonly number[] | undefined {
  if (angle === 0 || angle === 180) return values;
  if (angle !== 90) return undefined;
  return values.map((value, index) => values[index % 2 === 0 ? index + 1 : index - 1] ?? value);
}

/** A network that fine-tuning did not bring to an end: it diverged at this step. */
export interface DivergedTuning {
  readonly divergedAt: number;
}

export type Outcome = Tuned | DivergedTuning;

export function tuningDiverged(outcome: Outcome): outcome is DivergedTuning {
  return 'divergedAt' in outcome;
}

/** What an ensemble tells while it is fine-tuned. */
export type EnsembleEvent =
  | { readonly kind: 'advanced'; readonly networkSteps: number }
  | { readonly kind: 'outcome'; readonly index: number; readonly outcome: Outcome };

/** Memory that one batch of networks may take, in bytes. */
const BATCH_BYTES = 64 * 2 ** 20;

/** Operations of one call of a backend: a fraction of a second, so that progress is seen and an interrupt is answered. */
const CALL_OPERATIONS = 4e8;

/** Networks of a batch at least, where memory allows: fewer keep threads waiting. */
const FEWEST_NETWORKS = 4;

/** Steps of one call at most, since every one has an entry in a list of rates. */
const MOST_STEPS_PER_CALL = 2 ** 16;

/** Backends launch steps in these numbers; a call of fewer pays for empty ones. */
const LAUNCH_STEPS = [4096, 256, 64, 8] as const;

/** A launch of this many steps pays for the transfer of the networks to the device and back. */
const WORTHWHILE_STEPS = 64;

/**
 * Fine-tunes an ensemble: all networks side by side in as few batches as memory allows, every batch in runs of steps.
 * Networks that no step moves (no steps, or a rate of 0) are measured as they are.
 *
 * @param steps number K of gradient-descent steps
 * @param knownDivergence step at which the exact recurrence of a network diverges, by its position; such a network is not
 *   simulated
 */
export async function* tuneEnsemble<State>(
  tuner: Tuner<State>,
  tunings: readonly Tuning[],
  steps: number,
  knownDivergence: (index: number) => number | undefined,
): AsyncGenerator<EnsembleEvent, void, undefined> {
  const moving: number[] = [];
  for (const [index, tuning] of tunings.entries()) {
    const divergedAt = knownDivergence(index);
    if (divergedAt !== undefined) {
      yield { kind: 'outcome', index, outcome: { divergedAt } };
      yield { kind: 'advanced', networkSteps: steps };
    } else if (steps === 0 || tuning.rate === 0) {
      const [measured] = tuner.measure(tuner.start([tuning]));
      yield { kind: 'outcome', index, outcome: measured! };
      yield { kind: 'advanced', networkSteps: steps };
    } else moving.push(index);
  }
  const inCall = Math.floor(CALL_OPERATIONS / (WORTHWHILE_STEPS * tuner.workPerStep));
  const inMemory = Math.floor(BATCH_BYTES / tuner.bytesPerNetwork);
  const most = Math.max(1, Math.min(inMemory, Math.max(FEWEST_NETWORKS, inCall)));
  const batches = Math.ceil(moving.length / most);
  const size = Math.ceil(moving.length / batches);
  const stride = stepsPerCall(tuner.workPerStep * size, steps);
  for (let from = 0; from < moving.length; from += size) {
    const members = moving.slice(from, from + size);
    // The last batch is filled up with copies, since a backend compiles for the size of a batch.
    const filled = Array.from({ length: size }, (_, i) => tunings[members[i] ?? members.at(-1)!]!);
    let state = tuner.start(filled);
    for (let taken = 0; taken < steps; taken += stride) {
      const now = Math.min(stride, steps - taken);
      state = await tuner.advance(state, now);
      yield { kind: 'advanced', networkSteps: now * members.length };
    }
    for (const [position, measured] of tuner.measure(state).slice(0, members.length).entries()) {
      const outcome = isBounded(measured) ? measured : { divergedAt: steps };
      yield { kind: 'outcome', index: members[position]!, outcome };
    }
  }
}

function stepsPerCall(workPerStep: number, steps: number): number {
  const affordable = Math.min(MOST_STEPS_PER_CALL, Math.max(1, Math.floor(CALL_OPERATIONS / workPerStep)));
  if (affordable >= steps) return Math.max(1, steps);
  const launch = LAUNCH_STEPS.find((size) => size <= affordable) ?? LAUNCH_STEPS.at(-1)!;
  return Math.max(launch, Math.floor(affordable / launch) * launch);
}

function isBounded({ lossPre, lossFt }: Tuned): boolean {
  return Number.isFinite(lossPre) && Number.isFinite(lossFt);
}

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

/** What a run of an ensemble tells. */
export type TunedNetworksEvent =
  | RunEvent
  | { readonly kind: 'network'; readonly index: number; readonly network: TunedNetwork };

/** Divergences that are told one by one; the rest is counted. */
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
