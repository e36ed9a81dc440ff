import { estimateOf } from '../../noise/estimate-of.js';
import type { Estimate } from '../../noise/excess.js';
import { meanOf, slopeOf } from './best-rate.js';
import { bestLosses, type TrainedCell } from './decoupling-study.js';

/** Decoupled layers against the best plain ones, of one optimiser and width. */
export interface Contest {
  readonly optimizer: string;
  readonly width: number;
  /** Best of the plain ones, with or without weight decay and warm-up. */
  readonly plain: TrainedCell;
  /** With row and column gains; the best decoupled one where the run has none. */
  readonly decoupled: TrainedCell;
  /** Natural logarithm of the ratio of the losses, decoupled over plain, over the trainings. */
  readonly logRatio: Estimate;
}

/** How the best learning rate moves with the width. */
export interface Transfer {
  readonly optimizer: string;
  readonly name: string;
  /** Slope of the logarithm of the best learning rate against that of the width. */
  readonly exponent: Estimate;
  /** Natural logarithm of what the loss at the largest width is multiplied by, if it is trained at the best rate of the smallest. */
  readonly cost: Estimate;
}

/** One contest for each optimiser and width. */
export function contests(cells: readonly TrainedCell[]): Contest[] {
  return groupsOf(cells, ({ optimizer, width }) => `${optimizer} ${width}`).flatMap((group) => {
    const plain = bestOf(group.filter(({ parameterization }) => parameterization.kind === 'plain'));
    const apart = group.filter(({ parameterization }) => parameterization.kind === 'decoupled');
    const decoupled = apart.find(hasBothGains) ?? bestOf(apart);
    const [ours, theirs] = [bestLosses(decoupled), bestLosses(plain)];
    const logRatio = estimateOf(ours.map((value, at) => value - theirs[at]!));
    const { optimizer, width } = plain;
    return [{ optimizer, width, plain, decoupled, logRatio }];
  });
}

/** One for each optimiser and parameterisation; none where there is one width. */
export function transfers(cells: readonly TrainedCell[]): Transfer[] {
  return groupsOf(cells, ({ optimizer, name }) => `${optimizer} ${name}`).flatMap((group) => {
    if (group.length < 2) return [];
    const [narrowest, widest] = [group[0]!, group.at(-1)!];
    const widths = group.map(({ width }) => Math.log2(width));
    const slopes = narrowest.bestRates.map((_, training) =>
      slopeOf(
        widths,
        group.map(({ bestRates }) => bestRates[training]!),
      ),
    );
    const moved = widest.logLosses.get(narrowest.rate)!;
    const best = bestLosses(widest);
    return [
      {
        optimizer: narrowest.optimizer,
        name: narrowest.name,
        exponent: estimateOf(slopes),
        cost: estimateOf(moved.map((value, at) => value - best[at]!)),
      },
    ];
  });
}

/** Whether a cell has decoupled layers with row and column gains. */
export function hasBothGains({ parameterization }: Pick<TrainedCell, 'parameterization'>): boolean {
  return parameterization.kind === 'decoupled' && parameterization.gains === 'both';
}

/** Items by a key, in the order in which the keys come up. */
export function groupsOf<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}

function bestOf(cells: readonly TrainedCell[]): TrainedCell {
  return cells.reduce((best, next) => (meanOf(bestLosses(next)) < meanOf(bestLosses(best)) ? next : best));
}
