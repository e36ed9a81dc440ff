import { type Check, judge, notApplicable } from '../../scenario/scenario.js';
import { SmallestSlack } from '../../training/checks/smallest-slack.js';
import { type FineTuningStudy, sharedValues, type TunedNetwork } from '../networks.js';
import { type FineTuningRun, isSimulated, notAligned } from './finetuning-run.js';
import { compareWithTheory } from './theory-columns.js';

/** Rounding of the two-term recurrence in float64 for each step, relative to the largest value. */
const RECURRENCE_NOISE = 2 ** -46;

/**
 * T5: regularised fine-tuning is plain fine-tuning to the effective task. The ensemble descends on `A_eff` at `1 + λ` times
 * the rate; here its singular values are compared with steps on `L_ft + λ‖W − W_0‖²` itself, whose two gradients are added,
 * in float64, and losses and forgetting with theory. The margin is what is left of the rounding bound, as a share.
 */
export function checkEffectiveTask(run: FineTuningRun): Check {
  if (!isSimulated(run))
    return notApplicable('T5', 'nothing was simulated: the theory uses the same identity');
  const excuse = notAligned(run);
  if (excuse !== undefined) return notApplicable('T5', excuse);
  const slack = new SmallestSlack();
  let networks = 0;
  for (const { networks: members } of run.curves) {
    for (const network of members) {
      const { tuned, expected, tuning } = network;
      const values = sharedValues(tuning.task);
      if (tuned === undefined || expected?.modes === undefined || values === undefined) continue;
      networks++;
      const largest = expected.modes.values.reduce((most, value) => Math.max(most, value), 0);
      const noise = RECURRENCE_NOISE * Math.max(1, run.study.steps / 64) * largest;
      tuned.singularValues.forEach((value, mode) => {
        const exact = withTwoGradients(run.study, network, values, mode);
        const bound = noise + expected.modes!.rounding[mode]! + Number.MIN_VALUE;
        slack.add(1 - Math.abs(value - exact) / bound, 0);
      });
      compareWithTheory(run.study, network, slack);
    }
  }
  if (slack.comparisons === 0) {
    return notApplicable('T5', 'no network with the singular vectors of pre-training came to its end');
  }
  return judge(
    'T5',
    slack.margin,
    0,
    `${networks} networks on the effective task against steps on the regularised loss, and their losses against theory; smallest slack as a share of the rounding bound`,
  );
}

/** `D ← D − 2η[D(D² − σ^ft) + λD(D² − a)]` with the anchor a: the gradients of both losses, one mode. */
function withTwoGradients(
  { problem, steps, anchor }: FineTuningStudy,
  { start, tuning: { rate, pull } }: TunedNetwork,
  values: readonly number[],
  mode: number,
): number {
  const before = start!.factors[mode]!;
  const anchored = anchor === 'checkpoint' ? before * before : problem.modes[mode]!.sigma;
  let factor = before;
  for (let step = 0; step < steps; step++) {
    const onTask = factor * (factor * factor - values[mode]!);
    const onAnchor = factor * (factor * factor - anchored);
    factor -= 2 * rate * (onTask + pull * onAnchor);
  }
  return factor * factor;
}
