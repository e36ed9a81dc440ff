import { type Check, judge, notApplicable } from '../../check.js';
import { SmallestSlack } from '../smallest-slack.js';
import { type FineTuningRun, forgettingOf } from './finetuning-run.js';
import { STAGED_SHARE, stagingOf } from './staged.js';

/**
 * T4: forgetting never falls as more modes are learned, from one checkpoint to the next among those at which every mode is
 * either learned or stays at zero. The margin is the smallest rise, in units of the loss; what the departure from that
 * picture does to it, which is known, and rounding are the tolerance.
 */
export function checkForgetting(run: FineTuningRun): Check {
  const { study } = run;
  const slack = new SmallestSlack();
  let staged = 0;
  for (const { networks } of run.curves) {
    let before: { value: number; allowed: number } | undefined;
    for (const network of networks) {
      const staging = stagingOf(run, network);
      const { value, rounding } = forgettingOf(study, network);
      if (staging === undefined || Number.isNaN(value)) continue;
      staged++;
      const now = { value, allowed: staging.forgettingDeparture + rounding };
      if (before !== undefined) slack.add(now.value - before.value, now.allowed + before.allowed);
      before = now;
    }
  }
  if (slack.comparisons === 0) {
    return notApplicable(
      'T4-forgetting',
      `no two checkpoints of a curve have all modes learned to ${STAGED_SHARE} or at zero`,
    );
  }
  return judge(
    'T4-forgetting',
    slack.margin,
    slack.tolerance,
    `smallest rise of forgetting between ${staged} networks whose modes are all learned or at zero`,
  );
}
