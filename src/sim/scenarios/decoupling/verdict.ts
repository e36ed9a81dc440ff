import type { Estimate } from '../../noise/excess.js';
import { estimateOf } from '../../noise/means.js';
import { type Verdict, verdictOf } from '../../scenario/scenario.js';
import { bestLosses, bestNetworks, meanOf, slopeOf, type TrainedCell } from './study.js';

/** Standard errors by which a difference must differ from zero. */
const STANDARD_ERRORS = 3;

/** How many comparisons bear a claim out, contradict it, and do neither. */
export interface Tally {
  readonly agreeing: number;
  readonly contradicting: number;
  readonly undecided: number;
}

/**
 * Differences that are clearly below and above zero; a difference that is not a number, as between two divergences, is neither.
 *
 * @param match clearly below this is enough for the first
 */
export function tallyOf(differences: readonly Estimate[], match = 0): Tally {
  const clear = differences.filter(({ standardError }) => standardError > 0);
  const below = clear.filter(({ mean, standardError }) => mean + STANDARD_ERRORS * standardError < match);
  const above = clear.filter(
    (difference) => !below.includes(difference) && difference.mean > STANDARD_ERRORS * difference.standardError,
  );
  return {
    agreeing: below.length,
    contradicting: above.length,
    undecided: differences.length - below.length - above.length,
  };
}

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

export function groupsOf<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}

function bestOf(cells: readonly TrainedCell[]): TrainedCell {
  return cells.reduce((best, next) => (meanOf(bestLosses(next)) < meanOf(bestLosses(best)) ? next : best));
}

/** Losses match where decoupled training is not worse by more than this share, by three standard errors. */
const MATCH = 0.05;

/** What one part of the paper's claim comes to. */
export interface Part {
  readonly part: 'loss' | 'gains' | 'transfer' | 'tracking';
  readonly verdict: Verdict['verdict'];
  /** Comparisons that bear it out, that contradict it, and that do neither by three standard errors. */
  readonly agreeing: number;
  readonly contradicting: number;
  readonly undecided: number;
  readonly reason: string;
}

/** The verdict on each part of what the paper claims. */
export function partsOf(cells: readonly TrainedCell[]): Part[] {
  return [lossPart(cells), gainsPart(cells), transferPart(cells), trackingPart(cells)];
}

/** The verdict on the whole: agrees where all parts do, disagrees where more parts disagree than agree. */
export function decouplingVerdict(parts: readonly Part[]): Verdict {
  const count = (verdict: Verdict['verdict']) => parts.filter((part) => part.verdict === verdict).length;
  const [agreeing, disagreeing] = [count('agrees'), count('disagrees')];
  const reason = parts.map((part) => `${part.reason} (${part.verdict})`).join('; ');
  return verdictOf(agreeing === parts.length, disagreeing > agreeing, reason);
}

/** Does decoupled training match or beat the best plain one? */
function lossPart(cells: readonly TrainedCell[]): Part {
  const all = contests(cells);
  const tally = tallyOf(
    all.map(({ logRatio }) => logRatio),
    Math.log1p(MATCH),
  );
  const worst = all.reduce((most, next) => (next.logRatio.mean > most.logRatio.mean ? next : most));
  const best = all.reduce((least, next) => (next.logRatio.mean < least.logRatio.mean ? next : least));
  const ratio = ({ optimizer, width, logRatio }: (typeof all)[number]) =>
    `${factor(logRatio.mean)} (${optimizer}, width ${width})`;
  return judged(
    'loss',
    tally,
    `tuned, decoupled training ends at ${ratio(best)} to ${ratio(worst)} times the loss of the best plain one, lower or the same within ${100 * MATCH} % in ${tally.agreeing} and higher in ${tally.contradicting} of ${all.length} cases`,
  );
}

/** Are row and column gains together the best? */
function gainsPart(cells: readonly TrainedCell[]): Part {
  const differences = groupsOf(cells, ({ optimizer, width }) => `${optimizer} ${width}`).flatMap((group) => {
    const both = group.find(hasBothGains);
    if (both === undefined) return [];
    return group
      .filter((cell) => cell.parameterization.kind === 'decoupled' && cell !== both)
      .map((other) => {
        const theirs = bestLosses(other);
        return {
          other: other.parameterization,
          estimate: estimateOf(bestLosses(both).map((value, at) => value - theirs[at]!)),
        };
      });
  });
  const tally = tallyOf(differences.map(({ estimate }) => estimate));
  const none = tallyOf(
    differences.flatMap(({ other, estimate }) =>
      other.kind === 'decoupled' && other.gains === 'none' ? [estimate] : [],
    ),
  );
  return judged(
    'gains',
    tally,
    `row and column gains end lower than others in ${tally.agreeing} and higher in ${tally.contradicting} of ${differences.length} cases, ${none.agreeing} of them against no gains`,
  );
}

/** Does the best learning rate move less with the width? */
function transferPart(cells: readonly TrainedCell[]): Part {
  const pairs = groupsOf(transfers(cells), ({ optimizer }) => optimizer).flatMap((group) => {
    const names = new Map(contests(cells).map(({ decoupled }) => [decoupled.optimizer, decoupled.name]));
    const plain = group.find(({ name }) => name === 'plain');
    const decoupled = group.find(({ optimizer, name }) => name === names.get(optimizer));
    return plain === undefined || decoupled === undefined ? [] : [{ plain, decoupled }];
  });
  const differences = pairs.map(
    ({ plain, decoupled }): Estimate => ({
      mean: Math.abs(decoupled.exponent.mean) - Math.abs(plain.exponent.mean),
      standardError: Math.hypot(decoupled.exponent.standardError, plain.exponent.standardError),
    }),
  );
  const exponent = ({ exponent: { mean, standardError } }: Transfer) =>
    `${mean.toFixed(2)} ± ${standardError.toFixed(2)}`;
  return judged(
    'transfer',
    tallyOf(differences),
    pairs.length === 0
      ? 'the best rate was looked for at one width only'
      : `the best rate goes with the width to the power ${pairs
          .map(
            ({ plain, decoupled }) =>
              `${exponent(decoupled)} decoupled and ${exponent(plain)} plain (${plain.optimizer})`,
          )
          .join(', ')}`,
  );
}

/** Is the relative update of the weights set by the learning rate? */
function trackingPart(cells: readonly TrainedCell[]): Part {
  const byOptimizer = groupsOf(contests(cells), ({ optimizer }) => optimizer).map((group) => ({
    optimizer: group[0]!.optimizer,
    plain: rangeOf(group.flatMap(({ plain }) => updateRatios(plain))),
    decoupled: rangeOf(group.flatMap(({ decoupled }) => updateRatios(decoupled))),
  }));
  const better = byOptimizer.filter(
    ({ plain, decoupled }) => decoupled.most / decoupled.least < plain.most / plain.least,
  );
  const worse = byOptimizer.filter(
    ({ plain, decoupled }) => decoupled.most / decoupled.least > plain.most / plain.least,
  );
  return judged(
    'tracking',
    {
      agreeing: better.length,
      contradicting: worse.length,
      undecided: byOptimizer.length - better.length - worse.length,
    },
    `a step changes the weights by ${byOptimizer
      .map(
        ({ optimizer, plain, decoupled }) =>
          `${rangeText(decoupled)} times the rate decoupled and ${rangeText(plain)} times plain (${optimizer})`,
      )
      .join(', ')}`,
  );
}

/** Relative update of every layer at every look over the learning rate of that step, at the best rate. */
function updateRatios(cell: TrainedCell): number[] {
  return bestNetworks(cell).flatMap(({ looks, divergedAt }) =>
    divergedAt === undefined
      ? looks.flatMap(({ rate, relativeUpdate }) => relativeUpdate.map((update) => update / rate))
      : [],
  );
}

function rangeOf(values: readonly number[]): { readonly least: number; readonly most: number } {
  return values.reduce(({ least, most }, value) => ({ least: Math.min(least, value), most: Math.max(most, value) }), {
    least: Number.POSITIVE_INFINITY,
    most: 0,
  });
}

function rangeText({ least, most }: { readonly least: number; readonly most: number }): string {
  return `${least.toPrecision(2)} to ${most.toPrecision(2)}`;
}

function factor(logarithm: number): string {
  return Number(Math.exp(logarithm).toPrecision(2)).toString();
}

/** Agrees where nothing contradicts and more than half of the comparisons bear it out, disagrees where more contradict. */
function judged(part: Part['part'], { agreeing, contradicting, undecided }: Tally, reason: string): Part {
  const count = agreeing + contradicting + undecided;
  const verdict = verdictOf(agreeing > count / 2 && contradicting === 0, contradicting > agreeing, reason);
  return { part, ...verdict, agreeing, contradicting, undecided };
}
