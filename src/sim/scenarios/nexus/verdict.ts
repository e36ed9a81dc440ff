import type { Estimate } from '../../noise/excess.js';
import { estimateOf } from '../../noise/means.js';
import { type Check, judge, notApplicable, type Verdict, verdictOf } from '../../scenario/scenario.js';
import { SmallestSlack } from '../../training/training-checks.js';
import type { NexusOutcome, NexusSeries, SourceData } from './nexus-runs.js';

/** Norms of matrices in float64, relative to the largest; pairs of sources are as many terms each. */
const ROUNDING = 1e-12;

/**
 * T0-coverage: the minimisers of the sources spread by `L(1 − c/K)` around their mean, between the ends that the sources allow, and the
 * held-out loss lies in its bracket, for every network that came to a summed loss, before and after it has settled. The margin is the
 * worst distance, as a share of the squared norm of the task.
 *
 * @param data sources of every training
 */
export function checkSourceCoverage(series: readonly NexusSeries[], data: readonly SourceData[]): Check {
  const slack = new SmallestSlack();
  let networks = 0;
  for (const { outcomes, norms } of series) {
    for (const ofGoal of outcomes) {
      ofGoal.forEach((outcome, training) => {
        const { sources, coverage } = data[training]!;
        const count = sources.length;
        const size = norms[training]!.sources + norms[training]!.heldOut;
        for (const seen of [outcome, outcome?.settled]) {
          if (seen === undefined) continue;
          networks++;
          const tolerance = (ROUNDING * count ** 2) / Math.min(1, coverage.least);
          slack.add(-Math.abs(seen.spread - seen.loss * (1 - seen.coverage / count)) / size, tolerance);
          slack.add((seen.loss * (1 - coverage.least / count) - seen.spread) / size, tolerance);
          slack.add((seen.spread - seen.loss * (1 - coverage.most / count)) / size, tolerance);
          slack.add((seen.heldOutMost - seen.heldOut) / size, tolerance);
          slack.add((seen.heldOut - seen.heldOutLeast) / size, tolerance);
        }
      });
    }
  }
  if (networks === 0) return notApplicable('T0-coverage', 'no network came to a summed loss');
  return judge(
    'T0-coverage',
    slack.margin,
    slack.tolerance,
    `${networks} networks: spread of the minimisers against the number of sources that show what is left, and held-out loss against its bracket`,
  );
}

/** How an inner loop compares with joint descent of the same optimiser at the same summed loss, training by training. */
export type NexusChange = ReturnType<typeof nexusChanges>[number];

/**
 * Changes of one inner loop, one for each goal, by its place in the list: means over the trainings that came there both ways, undefined
 * where there are none. Losses and spreads are compared by the logarithm of their ratio (−0.1 is ten per cent less), cosines and forgetting,
 * as a share of its norm, by their difference.
 */
export function nexusChanges(joint: NexusSeries, looped: NexusSeries) {
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
          ({ before, after, training }) => (after.forgetting - before.forgetting) / looped.norms[training]!.sources,
        ),
      ),
    };
  });
}

/** Mean of values, undefined where there are none. */
export function meanOfAny(values: readonly number[]): Estimate | undefined {
  return values.length === 0 ? undefined : estimateOf(values);
}

/** Standard errors by which a paired change must differ from zero. */
const STANDARD_ERRORS = 3;

type Measured = 'spread' | 'heldOut' | 'settledSpread' | 'settledHeldOut';

/** In how many settings something is clearly less than by joint descent, and in how many more. */
interface Counts {
  readonly less: number;
  readonly more: number;
}

/**
 * Whether an inner loop ends with less spread of the minimisers and a lower held-out loss than joint descent at an equal summed loss, over
 * all optimisers, inner steps above 0 and goals that every training reached.
 */
export function nexusVerdict(changes: readonly NexusChange[]): Verdict {
  const complete = changes.filter(({ pairs, trainings }) => pairs === trainings && pairs > 1);
  const looped = complete.filter(({ innerStep }) => innerStep > 0);
  if (looped.length === 0) {
    const reason =
      'no summed loss of the run was reached by two and more trainings both ways with an inner step above 0';
    return verdictOf(false, false, reason);
  }
  const [spread, heldOut] = [counted(looped, 'spread'), counted(looped, 'heldOut')];
  const settled = [counted(looped, 'settledSpread'), counted(looped, 'settledHeldOut')] as const;
  const parallel = complete.filter(({ innerStep }) => innerStep === 0);
  const reason = [
    `at equal summed loss the minimisers of the sources are nearer to each other by an inner loop in ${inWords(spread, looped, 'farther')}`,
    `the held-out loss is lower in ${inWords(heldOut, looped, 'higher')}`,
    `once joint descent has settled both, the minimisers are nearer in ${inWords(settled[0], looped, 'farther')} and the held-out loss is lower in ${inWords(settled[1], looped, 'higher')}`,
    ...(parallel.length === 0
      ? []
      : [
          `by normalised gradients without an inner path the minimisers are nearer in ${inWords(counted(parallel, 'spread'), parallel, 'farther')}`,
        ]),
  ].join('; ');
  const half = looped.length / 2;
  const agrees = spread.less > half && heldOut.less > half && spread.more + heldOut.more === 0;
  return verdictOf(agrees, spread.more > spread.less || heldOut.more > heldOut.less, reason);
}

function counted(changes: readonly NexusChange[], what: Measured): Counts {
  const clear = (sign: 1 | -1) =>
    changes.filter((change) => {
      const found: Estimate | undefined = change[what];
      return found !== undefined && sign * found.mean > STANDARD_ERRORS * found.standardError;
    }).length;
  return { less: clear(-1), more: clear(1) };
}

function inWords({ less, more }: Counts, of: readonly NexusChange[], opposite: string): string {
  return `${less} of ${of.length} settings and ${opposite} in ${more}`;
}
