import { fineTuneMode } from '../../../theory/finetuning.js';
import type { TunedNetwork } from '../tuned-networks.js';
import { sharedValues } from '../tuning.js';
import type { FineTuningRun } from './finetuning-run.js';

/** A mode counts as learned, or as not learned at all, when it is within this share of its σ. */
export const STAGED_SHARE = 1e-3;

/** How far a network is from the staged picture of T4, where every mode is either learned or stays at zero. */
export interface Staging {
  readonly learned: number;
  /** What departures from the picture add to or take off the pre-training loss at most. */
  readonly lossDeparture: number;
  readonly forgettingDeparture: number;
}

/** One mode of a network in the staged picture. */
export interface ModeStage {
  readonly isLearned: boolean;
  /** What the mode adds to forgetting in exact arithmetic. */
  readonly forgetting: number;
  /** What it adds in the picture: `(s(K) − σ)²` from `s = σ` once learned, before that nothing. */
  readonly ideal: number;
  /** What departures from the picture add to or take off the pre-training loss, and forgetting, of this mode. */
  readonly lossDeparture: number;
  readonly forgettingDeparture: number;
}

/**
 * Every mode of a network as T4 sees it: learned ones start at σ and make the K steps from there, the others stay at zero. A mode that is
 * in between by more than {@link STAGED_SHARE} is undefined, and so are all where modes do not decouple.
 */
export function modeStages(
  { study: { problem, steps, anchor }, method }: Pick<FineTuningRun, 'study' | 'method'>,
  { tuning, start, expected, prediction }: TunedNetwork,
): readonly (ModeStage | undefined)[] | undefined {
  const values = sharedValues(tuning.task);
  if (values === undefined || start === undefined || !Number.isFinite(prediction.lossPre)) return undefined;
  const { rate, pull } = tuning;
  const length = method === 'flow' ? { time: rate * steps } : { rate, steps };
  const common = { pull, anchor, length };
  return problem.modes.map(({ sigma }, mode): ModeStage | undefined => {
    const before = start.factors[mode]! ** 2;
    const after = expected?.modes?.values[mode] ?? fineTuneMode(before, sigma, values[mode]!, common);
    const loss = (after - sigma) ** 2;
    const forgotten = loss - start.gaps[mode]! ** 2;
    const scale = STAGED_SHARE * (sigma > 0 ? sigma : problem.spectrum[0]!);
    if (sigma > 0 && Math.abs(start.gaps[mode]!) <= scale) {
      const ideal = (fineTuneMode(sigma, sigma, values[mode]!, common) - sigma) ** 2;
      return {
        isLearned: true,
        forgetting: forgotten,
        ideal,
        lossDeparture: Math.abs(loss - ideal),
        forgettingDeparture: Math.abs(forgotten - ideal),
      };
    }
    if (before > scale || after > scale) return undefined;
    return {
      isLearned: false,
      forgetting: forgotten,
      ideal: 0,
      lossDeparture: Math.abs(loss - sigma * sigma),
      forgettingDeparture: Math.abs(forgotten),
    };
  });
}

/**
 * Compares a network with the staged picture of T4. Undefined where some mode is in between, or modes do not decouple.
 */
export function stagingOf(
  run: Pick<FineTuningRun, 'study' | 'method'>,
  network: TunedNetwork,
): Staging | undefined {
  const stages = modeStages(run, network);
  let [learned, lossDeparture, forgettingDeparture] = [0, 0, 0];
  for (const stage of stages ?? [undefined]) {
    if (stage === undefined) return undefined;
    if (stage.isLearned) learned++;
    lossDeparture += stage.lossDeparture;
    forgettingDeparture += stage.forgettingDeparture;
  }
  return { learned, lossDeparture, forgettingDeparture };
}
