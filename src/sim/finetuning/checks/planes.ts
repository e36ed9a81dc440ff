import { type Check, judge, notApplicable } from '../../scenario/check.js';
import { SmallestSlack } from '../../training/checks/smallest-slack.js';
import { sharedValues } from '../tuning.js';
import { type FineTuningRun, isSimulated, notAligned, nothingSimulated } from './finetuning-run.js';
import { compareWithTheory } from './theory-columns.js';

/**
 * T4 for turned tasks: planes of the turn do not mix, so that losses and forgetting of the simulated networks are those of the
 * exact recurrence of 2×2 blocks. The margin is what is left of its rounding bound at the worst network, as a share of the bound.
 */
export function checkPlanes(run: FineTuningRun): Check {
  if (!isSimulated(run)) {
    return notApplicable('T4-rotation', nothingSimulated(run));
  }
  const excuse = notAligned(run);
  if (excuse !== undefined) return notApplicable('T4-rotation', excuse);
  const slack = new SmallestSlack();
  let compared = 0;
  for (const network of run.curves.flatMap(({ networks }) => networks)) {
    if (sharedValues(network.tuning.task) !== undefined) continue;
    if (compareWithTheory(run.study, network, slack)) compared++;
  }
  if (compared === 0)
    return notApplicable('T4-rotation', 'no simulated network has a task with turned singular vectors');
  const share = (100 * (1 - slack.margin)).toPrecision(2);
  return judge(
    'T4-rotation',
    slack.margin,
    0,
    `losses and forgetting of ${compared} networks against the exact recurrence of 2x2 blocks: the worst is ${share} % of the rounding bound off`,
  );
}
