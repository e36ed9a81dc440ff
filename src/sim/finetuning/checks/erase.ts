import { type Check, judge, notApplicable } from '../../scenario/check.js';
import { SmallestSlack } from '../../training/checks/smallest-slack.js';
import { sharedValues } from '../tuning.js';
import { type FineTuningRun, lossPreOf } from './finetuning-run.js';
import { overshootingSteps } from './step-size.js';

/**
 * T4, corollary: erasing features (`0 ≤ σ^ft ≤ σ` for every mode) produces no U-turn. With steps that keep the order of
 * starts a mode that was trained for longer ends no further below its σ and never above it, so that the pre-training loss
 * after fine-tuning never rises, whatever the number of steps. The margin is the smallest fall, in units of the loss.
 */
export function checkErase(run: FineTuningRun): Check {
  const excuse = eraseExcuse(run);
  if (excuse !== undefined) return notApplicable('T4-erase', excuse);
  const slack = new SmallestSlack();
  for (const { networks } of run.curves) {
    const losses = networks.map((network) => lossPreOf(run.study, network));
    losses.slice(1).forEach((later, index) => {
      const earlier = losses[index]!;
      if (Number.isNaN(earlier.value) || Number.isNaN(later.value)) return;
      slack.add(earlier.value - later.value, earlier.rounding + later.rounding);
    });
  }
  if (slack.comparisons === 0) return notApplicable('T4-erase', 'one checkpoint shows no turn');
  return judge(
    'T4-erase',
    slack.margin,
    slack.tolerance,
    'smallest fall of the pre-training loss after fine-tuning from one checkpoint to the next',
  );
}

function eraseExcuse(run: FineTuningRun): string | undefined {
  const { study, curves } = run;
  const networks = curves.flatMap((curve) => curve.networks);
  for (const task of new Set(networks.map(({ tuning }) => tuning.task))) {
    const values = sharedValues(task);
    if (values === undefined) return `the singular vectors of the task are turned by ${task.angle} degrees`;
    const raised = study.problem.spectrum.findIndex((sigma, mode) => values[mode]! > sigma);
    if (raised >= 0) return `the task raises mode ${raised + 1} above its sigma`;
  }
  const above = study.problem.modes.filter(({ sigma, start }) => sigma > 0 && start > sigma).length;
  if (above > 0) return `${above} modes start above their sigma`;
  return overshootingSteps(run, networks);
}
