import { estimateOf } from '../../noise/estimate-of.js';
import type { Estimate } from '../../noise/excess.js';
import type { NexusOutcome, NexusSeries } from './nexus-runs.js';

/** How an inner loop compares with joint descent of the same optimiser at the same summed loss, training by training. */
export interface NexusChange {
  readonly optimizer: string;
  readonly innerStep: number;
  /** Place of the summed loss in the list of goals. */
  readonly goal: number;
  /** Trainings that came there both ways; means over none are undefined. */
  readonly pairs: number;
  readonly trainings: number;
  /** Difference of the mean cosine between the gradients of two sources. */
  readonly cosine: Estimate | undefined;
  /** Logarithms of ratios: −0.1 is ten per cent less. */
  readonly spread: Estimate | undefined;
  readonly heldOut: Estimate | undefined;
  /** The same after both have settled by joint descent. */
  readonly settledSpread: Estimate | undefined;
  readonly settledHeldOut: Estimate | undefined;
  /** Logarithm of the ratio of losses on the new task after fine-tuning. */
  readonly lossFt: Estimate | undefined;
  /** Difference of the rises of the summed loss by fine-tuning, as shares of its norm. */
  readonly forgetting: Estimate | undefined;
}

/** Changes of one inner loop, one for each goal. */
export function nexusChanges(joint: NexusSeries, looped: NexusSeries): NexusChange[] {
  return looped.outcomes.map((ofGoal, goal) => {
    const pairs = ofGoal.flatMap((after, training) => {
      const before = joint.outcomes[goal]![training];
      return before === undefined || after === undefined ? [] : [{ before, after, training }];
    });
    const logRatio = (value: (outcome: NexusOutcome) => number | undefined): Estimate | undefined =>
      meanOfAny(
        pairs.flatMap(({ before, after }) => {
          const [from, to] = [value(before), value(after)];
          return from === undefined || to === undefined ? [] : [Math.log(to / from)];
        }),
      );
    return {
      optimizer: looped.optimizer,
      innerStep: looped.innerStep!,
      goal,
      pairs: pairs.length,
      trainings: ofGoal.length,
      cosine: meanOfAny(pairs.map(({ before, after }) => after.cosine - before.cosine)),
      spread: logRatio(({ spread }) => spread),
      heldOut: logRatio(({ heldOut }) => heldOut),
      settledSpread: logRatio(({ settled }) => settled?.spread),
      settledHeldOut: logRatio(({ settled }) => settled?.heldOut),
      lossFt: logRatio(({ lossFt }) => lossFt),
      forgetting: meanOfAny(
        pairs.map(
          ({ before, after, training }) =>
            (after.forgetting - before.forgetting) / looped.norms[training]!.sources,
        ),
      ),
    };
  });
}

/** Mean of values, undefined where there are none. */
export function meanOfAny(values: readonly number[]): Estimate | undefined {
  return values.length === 0 ? undefined : estimateOf(values);
}
