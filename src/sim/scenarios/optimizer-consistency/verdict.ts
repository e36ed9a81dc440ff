import { RunningEstimate } from '../../noise/excess.js';
import { type Check, judgeWorst, type Verdict, verdictOf } from '../../scenario/scenario.js';
import { SmallestSlack } from '../../training/training-checks.js';
import type { OptimizerPair } from './matched-training.js';

/** Norms of matrices in float64, relative to the largest. */
const ROUNDING = 1e-12;

/**
 * T4-bracket: no pair of optimisers ends below the least pre-training loss that its fine-tuning loss allows. The margin is the least
 * distance from it, in units of the loss.
 *
 * @param size squared norms of the tasks together
 */
export function checkLossBracket(pairs: readonly OptimizerPair[], size: number): Check {
  const slack = new SmallestSlack();
  for (const { lossAfter, least } of pairs) {
    lossAfter.forEach((loss, at) => {
      slack.add(loss - least[at]!, ROUNDING * size);
    });
  }
  return judgeWorst(
    'T4-bracket',
    slack,
    'no network was trained',
    `${slack.comparisons} networks against the least pre-training loss at their fine-tuning loss`,
  );
}

/** Forgetting of one pair of optimisers, training by training; trainings of one number share their start. */
export interface PairForgetting {
  readonly pretraining: string;
  readonly finetuning: string;
  readonly forgetting: readonly number[];
}

/** Standard errors by which a paired difference must differ from zero. */
const STANDARD_ERRORS = 3;

/** How fine-tuning with the optimiser of pre-training compares with the best other one. */
export interface Comparison {
  readonly pretraining: string;
  /** Optimiser of fine-tuning with the least mean forgetting. */
  readonly least: string;
  /** Others that forget more, and less, than the same optimiser by three standard errors of the paired difference. */
  readonly more: readonly string[];
  readonly less: readonly string[];
  readonly others: number;
}

/** Compares, for each optimiser of pre-training, the same one with all others. */
export function comparisons(pairs: readonly PairForgetting[]): Comparison[] {
  return [...new Set(pairs.map(({ pretraining }) => pretraining))].flatMap((pretraining) => {
    const row = pairs.filter((pair) => pair.pretraining === pretraining);
    const same = row.find(({ finetuning }) => finetuning === pretraining);
    if (same === undefined) return [];
    const others = row.filter((pair) => pair !== same);
    const difference = ({ forgetting }: PairForgetting) => {
      const running = new RunningEstimate();
      forgetting.forEach((value, at) => {
        running.add(value - same.forgetting[at]!);
      });
      return running.result();
    };
    const names = (sign: 1 | -1) =>
      others
        .filter((pair) => {
          const { mean, standardError } = difference(pair);
          return sign * mean > STANDARD_ERRORS * standardError;
        })
        .map(({ finetuning }) => finetuning);
    const mean = ({ forgetting }: PairForgetting) =>
      forgetting.reduce((sum, value) => sum + value, 0) / forgetting.length;
    const least = row.reduce((best, pair) => (mean(pair) < mean(best) ? pair : best)).finetuning;
    return [{ pretraining, least, more: names(1), less: names(-1), others: others.length }];
  });
}

/** Whether the diagonal of the matrix dominates: fine-tuning with the optimiser of pre-training forgets least. */
export function consistencyVerdict(pairs: readonly PairForgetting[]): Verdict {
  const rows = comparisons(pairs);
  const count = rows.reduce((sum, { others }) => sum + others, 0);
  const [more, less] = (['more', 'less'] as const).map((key) => rows.reduce((sum, row) => sum + row[key].length, 0));
  const diagonal = rows.filter(({ pretraining, least }) => pretraining === least);
  const reason =
    `of ${count} pairs of different optimisers ${more} forget more than the optimiser of pre-training itself and ${less} forget less, by three standard errors; ` +
    `least is forgotten ${rows.map(({ pretraining, least }) => `after ${pretraining} with ${least}`).join(', ')}`;
  const isClear = count > 0 && pairs.every(({ forgetting }) => forgetting.length > 1);
  const agrees = isClear && diagonal.length === rows.length && less === 0 && more! > count / 2;
  return verdictOf(agrees, isClear && less! > more!, reason);
}
