import { retainedRise } from '../../../theory/exposure.js';
import { type Check, judge, notApplicable } from '../../scenario/check.js';
import { SmallestSlack } from '../../training/checks/smallest-slack.js';
import type { ExposedRun } from './exposed-runs.js';
import { coveredLossRounding } from './exposure-tasks.js';

/** Float64 noise of sums of squares, relative to the largest of them. */
const COMPARISON_NOISE = 1e-13;

/**
 * T4-exposure: fine-tuning raises the post-training loss by what its own modes make of it, and modes that it does not show stay where
 * they are. The rise of every network is compared with the formula at convergence; what the modes still lack of convergence after
 * the steps that were made is known and is allowed, as is rounding. The margin is the worst distance, in units of the loss.
 */
export function checkRetainedRise(runs: readonly ExposedRun[], rounding: number): Check {
  const slack = new SmallestSlack();
  for (const run of runs) {
    const { modes, simulated, expected, measured } = run;
    const data = modes.map(({ postTraining }) => postTraining);
    const values = simulated ?? run.theory;
    const reference = simulated === undefined ? run.theory : expected;
    const starts = modes.map((mode, at) => ({ ...mode, start: values.postTrained[at]! }));
    const unfinished = modes.reduce((sum, { postTraining, fineTuning }, at) => {
      if (fineTuning.covariance === 0) return sum;
      const lacking = Math.abs(reference.fineTuned[at]! - fineTuning.sigma);
      return (
        sum +
        postTraining.covariance * lacking * (2 * Math.abs(fineTuning.sigma - postTraining.sigma) + lacking)
      );
    }, 0);
    const error =
      coveredLossRounding(data, reference.fineTuned, rounding) +
      COMPARISON_NOISE * (measured.immediate + measured.retained + 1);
    const rise = measured.retained - measured.immediate;
    slack.add(-Math.abs(rise - retainedRise(starts)), unfinished + error);
    modes.forEach(({ fineTuning }, at) => {
      if (fineTuning.covariance > 0) return;
      slack.add(-Math.abs(values.fineTuned[at]! - values.postTrained[at]!), error);
    });
  }
  if (slack.comparisons === 0) return notApplicable('T4-exposure', 'no network came to its end');
  return judge(
    'T4-exposure',
    slack.margin,
    slack.tolerance,
    `rise of the post-training loss in fine-tuning of ${runs.length} networks against its form at convergence, and modes that fine-tuning does not show against themselves`,
  );
}
