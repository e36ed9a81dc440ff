import type { Estimate } from '../../noise/excess.js';
import type { Verdict } from '../../scenario/verdict.js';
import type { NexusChange } from './nexus-changes.js';

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
    return {
      verdict: 'open in the linear model',
      reason:
        'no summed loss of the run was reached by two and more trainings both ways with an inner step above 0',
    };
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
  if (spread.less > half && heldOut.less > half && spread.more + heldOut.more === 0) {
    return { verdict: 'agrees', reason };
  }
  if (spread.more > spread.less || heldOut.more > heldOut.less) return { verdict: 'disagrees', reason };
  return { verdict: 'open in the linear model', reason };
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
