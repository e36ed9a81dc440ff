import type { SmallestSlack } from '../../training/checks/smallest-slack.js';
import { type ExpectedTuning, expectTuning } from '../expected-tuning.js';
import type { FineTuningStudy, TunedNetwork } from '../networks.js';
import { scaleOf } from '../precision.js';
import type { Prediction } from '../prediction.js';
import { flowStartingPoint } from '../prepare.js';
import { closedFormRounding } from './finetuning-run.js';

type Losses = Pick<Prediction, 'lossPre' | 'lossFt' | 'forgetting'>;

/**
 * Compares the losses and the forgetting of a simulated network with the theory beside them: within the bound on rounding where
 * the checkpoint is that of the flow. Where pre-training was simulated too, theory has another checkpoint; then the simulation
 * is compared with the exact recurrence from its own, and that recurrence, from the checkpoint of the flow, with theory. Adds
 * what is left of each bound, as a share.
 *
 * @returns whether there was anything to compare
 */
export function compareWithTheory(
  study: FineTuningStudy,
  { tuning, start, tuned, expected, prediction }: TunedNetwork,
  slack: SmallestSlack,
): boolean {
  if (tuned === undefined || expected === undefined || start === undefined) return false;
  const { problem, times } = study;
  const share = scaleOf(problem.spectrum, tuning.task) / scaleOf(problem.spectrum);
  const floor = closedFormRounding(study) * share;
  const isTrained = start.trained !== undefined;
  add(slack, tuned, isTrained ? expected : prediction, bounds(expected, floor));
  if (isTrained && Number.isFinite(prediction.lossPre)) {
    const flow = flowStartingPoint(problem, times[tuning.at]!);
    const exact = expectTuning(study, flow, tuning, { kind: 'none', unitRoundoff: 0 });
    if (exact.divergedAt === undefined) add(slack, exact, prediction, bounds(exact, floor));
  }
  return true;
}

function bounds({ lossPreRounding, lossFtRounding }: ExpectedTuning, floor: number): Losses {
  const lossPre = lossPreRounding + floor;
  return { lossPre, lossFt: lossFtRounding + floor, forgetting: lossPre };
}

function add(slack: SmallestSlack, found: Losses, right: Losses, allowed: Losses): void {
  for (const name of ['lossPre', 'lossFt', 'forgetting'] as const) {
    slack.add(1 - Math.abs(found[name] - right[name]) / allowed[name], 0);
  }
}
