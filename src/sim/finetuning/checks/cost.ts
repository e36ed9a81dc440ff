import { type Check, judge, notApplicable } from '../../scenario/check.js';
import { SmallestSlack } from '../../training/checks/smallest-slack.js';
import { sharedValues } from '../tuning.js';
import { type FineTuningRun, lossFtOf } from './finetuning-run.js';
import { overshootingSteps } from './step-size.js';

/**
 * T5: regularisation costs fine-tuning loss, which never falls as λ grows, at any checkpoint. With steps that do not overshoot
 * this holds for any number of them: a larger pull toward the checkpoint keeps every mode nearer to where it started. The
 * margin is the smallest rise, in units of the loss.
 */
export function checkCost(run: FineTuningRun): Check {
  const { study } = run;
  const curves = [...run.curves].sort((a, b) => a.key - b.key);
  const networks = curves.flatMap((curve) => curve.networks);
  if (new Set(curves.map(({ key }) => key)).size < 2)
    return notApplicable('T5-cost', 'one lambda has no order');
  if (study.anchor !== 'checkpoint') {
    return notApplicable('T5-cost', 'lambda pulls to the pre-training task, which can speed learning up');
  }
  const turned = networks.find(({ tuning }) => sharedValues(tuning.task) === undefined);
  if (turned !== undefined) {
    return notApplicable(
      'T5-cost',
      `the singular vectors of the task are turned by ${turned.tuning.task.angle} degrees, and not every network has converged`,
    );
  }
  const excuse = overshootingSteps(run, networks);
  if (excuse !== undefined) return notApplicable('T5-cost', excuse);
  const slack = new SmallestSlack();
  curves.slice(1).forEach((stronger, index) => {
    const weaker = curves[index]!;
    stronger.networks.forEach((network, at) => {
      const [more, less] = [lossFtOf(study, network), lossFtOf(study, weaker.networks[at]!)];
      if (Number.isNaN(more.value) || Number.isNaN(less.value)) return;
      slack.add(more.value - less.value, more.rounding + less.rounding);
    });
  });
  if (slack.comparisons === 0) return notApplicable('T5-cost', 'no two networks to compare');
  return judge(
    'T5-cost',
    slack.margin,
    slack.tolerance,
    `smallest rise of the fine-tuning loss between neighbouring lambdas at ${study.times.length} checkpoints`,
  );
}
