import type { Tuned, Tuner } from './engines.js';
import type { Tuning } from './tuning.js';

/** A network that fine-tuning did not bring to an end: it diverged at this step. */
export interface DivergedTuning {
  readonly divergedAt: number;
}

export type Outcome = Tuned | DivergedTuning;

export function tuningDiverged(outcome: Outcome): outcome is DivergedTuning {
  return 'divergedAt' in outcome;
}

/** What an ensemble reports while it is fine-tuned. */
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
