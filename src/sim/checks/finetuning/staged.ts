import { fineTuneMode } from '../../../theory/finetuning.js';
import type { TunedNetwork } from '../../finetuning/tuned-networks.js';
import { sharedValues } from '../../finetuning/tuning.js';
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

/**
 * Compares a network with the staged picture of T4: learned modes start at σ and make the K steps from there, the others stay
 * at zero. Undefined where some mode is in between by more than {@link STAGED_SHARE}, or modes do not decouple.
 */
export function stagingOf(
  { study: { problem, steps, anchor }, method }: Pick<FineTuningRun, 'study' | 'method'>,
  { tuning, start, expected, prediction }: TunedNetwork,
): Staging | undefined {
  const values = sharedValues(tuning.task);
  if (values === undefined || start === undefined || !Number.isFinite(prediction.lossPre)) return undefined;
  const { rate, pull } = tuning;
  const length = method === 'flow' ? { time: rate * steps } : { rate, steps };
  const common = { pull, anchor, length };
  let learned = 0;
  let lossDeparture = 0;
  let forgettingDeparture = 0;
  for (const [mode, { sigma }] of problem.modes.entries()) {
    const before = start.factors[mode]! ** 2;
    const after = expected?.modes?.values[mode] ?? fineTuneMode(before, sigma, values[mode]!, common);
    const loss = (after - sigma) ** 2;
    const forgotten = loss - start.gaps[mode]! ** 2;
    const scale = STAGED_SHARE * (sigma > 0 ? sigma : problem.spectrum[0]!);
    if (sigma > 0 && Math.abs(start.gaps[mode]!) <= scale) {
      const ideal = (fineTuneMode(sigma, sigma, values[mode]!, common) - sigma) ** 2;
      lossDeparture += Math.abs(loss - ideal);
      forgettingDeparture += Math.abs(forgotten - ideal);
      learned++;
    } else if (before <= scale && after <= scale) {
      lossDeparture += Math.abs(loss - sigma * sigma);
      forgettingDeparture += Math.abs(forgotten);
    } else return undefined;
  }
  return { learned, lossDeparture, forgettingDeparture };
}
