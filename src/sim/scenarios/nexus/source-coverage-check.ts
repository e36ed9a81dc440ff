import { type Check, judge, notApplicable } from '../../scenario/check.js';
import { SmallestSlack } from '../../training/checks/smallest-slack.js';
import type { NexusSeries } from './nexus-runs.js';
import type { SourceData } from './source-data.js';

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
