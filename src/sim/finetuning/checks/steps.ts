import { type Check, judge, notApplicable } from '../../scenario/scenario.js';
import { SmallestSlack } from '../../training/checks/smallest-slack.js';
import { type FineTuningRun, isSimulated, notAligned, nothingSimulated } from './finetuning-run.js';
import { compareWithTheory } from './theory-columns.js';

/** Float64 noise of the comparison itself, relative to the largest value. */
const COMPARISON_NOISE = 2 ** -46;

/**
 * T4 at a finite number of steps: the simulated singular values are those of the exact scalar recurrence, and losses and
 * forgetting those of the theory. The margin is what is left of the rounding bound at the worst of them, as a share of the bound.
 */
export function checkSteps(run: FineTuningRun): Check {
  if (!isSimulated(run)) {
    return notApplicable('T4-steps', nothingSimulated(run));
  }
  const excuse = notAligned(run);
  if (excuse !== undefined) return notApplicable('T4-steps', excuse);
  const slack = new SmallestSlack();
  const losses = new SmallestSlack();
  let worstError = 0;
  let values = 0;
  for (const { networks } of run.curves) {
    for (const network of networks) {
      const { tuned, expected } = network;
      if (tuned === undefined || expected?.modes === undefined) continue;
      const { values: exact, rounding } = expected.modes;
      const floor = COMPARISON_NOISE * exact.reduce((most, value) => Math.max(most, value), 0);
      tuned.singularValues.forEach((value, mode) => {
        values++;
        const error = Math.abs(value - exact[mode]!);
        const bound = floor + rounding[mode]!;
        if (slack.add(bound === 0 ? 1 - Math.sign(error) * 2 : 1 - error / bound, 0)) worstError = error;
      });
      compareWithTheory(run.study, network, losses);
    }
  }
  if (slack.comparisons === 0) return notApplicable('T4-steps', noComparison(run));
  const percent = ({ margin }: SmallestSlack) => `${(100 * (1 - margin)).toPrecision(2)} %`;
  const worstOfValues = percent(slack);
  slack.add(losses.margin, 0);
  return judge(
    'T4-steps',
    slack.margin,
    0,
    `${values} singular values after ${run.study.steps} steps against the exact recurrence: the worst is off by ${worstError.toExponential(1)}, ${worstOfValues} of the rounding bound; losses and forgetting against theory: ${percent(losses)} of it`,
  );
}

function noComparison({ curves }: FineTuningRun): string {
  const angle = curves[0]?.networks[0]?.tuning.task.angle;
  const isTurned = curves.some(({ networks }) => networks.some(({ tuned }) => tuned !== undefined));
  return isTurned
    ? `the singular vectors of the task are turned by ${angle} degrees, so that modes do not decouple`
    : 'every network diverged';
}
