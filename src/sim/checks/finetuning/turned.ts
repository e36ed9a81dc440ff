import { Matrix } from 'ml-matrix';
import { fineTuneRotated } from '../../../theory/rotated-finetuning.js';
import { type Check, judge, notApplicable } from '../../check.js';
import type { TunedNetwork } from '../../finetuning/tuned-networks.js';
import { sharedValues } from '../../finetuning/tuning.js';
import { SmallestSlack } from '../smallest-slack.js';
import { closedFormRounding, type FineTuningRun } from './finetuning-run.js';
import { largestValue, paceOf } from './step-size.js';

/** Networks of a run that are compared with the closed form. */
const MOST_COMPARED = 12;

/** Largest `η(1 + λ)M` and `K(η(1 + λ)M)²` at which halving the rate halves the distance to the flow closely enough. */
const LARGEST_STEP = 1 / 16;
const LARGEST_DRIFT = 1 / 16;

/** What extrapolation may leave of the distance between descent and flow; 0 to first order in the rate. */
const SHARE_LEFT = 0.5;

/** Distances below this share of the network are rounding. */
const SMALLEST_DISTANCE = 1e-7;

/**
 * T0-riccati where the singular vectors of the task are turned. Two things are compared: simulated losses with the exact
 * recurrence of the planes, against its rounding bound; and gradient descent with the Riccati closed form of gradient flow,
 * to which it must converge in first order: extrapolating from a rate and half of it must leave at most half of the distance.
 * The margin is the smaller slack, as a share.
 */
export function checkTurned(run: FineTuningRun): Check {
  const turned = run.curves
    .flatMap(({ networks }) => networks)
    .filter(({ tuning }) => sharedValues(tuning.task) === undefined);
  if (turned.length === 0) return notApplicable('T0-riccati', 'no task has turned singular vectors');
  const slack = new SmallestSlack();
  const simulated = compareSimulated(run, turned, slack);
  const converged = compareFlow(run, turned, slack);
  if (slack.comparisons === 0) {
    return notApplicable(
      'T0-riccati',
      'steps too large for the limit of small rates, and nothing was simulated',
    );
  }
  return judge(
    'T0-riccati',
    slack.margin,
    0,
    `losses of ${simulated} simulated networks against the recurrence of 2x2 blocks, and descent of ${converged} networks against the closed form of the flow; smallest slack as a share of what is allowed`,
  );
}

function compareSimulated(run: FineTuningRun, turned: readonly TunedNetwork[], slack: SmallestSlack): number {
  let compared = 0;
  for (const { tuned, expected } of turned) {
    if (tuned === undefined || expected === undefined) continue;
    const floor = closedFormRounding(run.study);
    slack.add(1 - Math.abs(tuned.lossPre - expected.lossPre) / (floor + expected.lossPreRounding), 0);
    slack.add(1 - Math.abs(tuned.lossFt - expected.lossFt) / (floor + expected.lossFtRounding), 0);
    compared++;
  }
  return compared;
}

function compareFlow(run: FineTuningRun, turned: readonly TunedNetwork[], slack: SmallestSlack): number {
  const { steps } = run.study;
  const small = turned.filter(({ tuning }) => {
    const step = paceOf(tuning) * largestValue(run.study, tuning);
    return step > 0 && steps > 0 && step <= LARGEST_STEP && steps * step * step <= LARGEST_DRIFT;
  });
  const stride = Math.max(1, Math.ceil(small.length / MOST_COMPARED));
  let compared = 0;
  for (let index = 0; index < small.length; index += stride) {
    const share = shareLeft(run, small[index]!);
    if (share === undefined) continue;
    slack.add(1 - share / SHARE_LEFT, 0);
    compared++;
  }
  return compared;
}

/** Share of the distance between descent and flow that extrapolation leaves. */
function shareLeft(
  { study: { problem, times, steps, anchor } }: FineTuningRun,
  { tuning: { at, task, rate, pull } }: TunedNetwork,
): number | undefined {
  const network = (length: { rate: number; steps: number } | { time: number }) =>
    fineTuneRotated(problem, times[at]!, task.angle, { target: task.values, pull, anchor, length }).core;
  const flow = network({ time: rate * steps });
  const whole = network({ rate, steps });
  const half = network({ rate: rate / 2, steps: 2 * steps });
  const distance = Matrix.sub(whole, flow).norm();
  if (!(distance > SMALLEST_DISTANCE * flow.norm())) return undefined;
  return half.mul(2).sub(whole).sub(flow).norm() / distance;
}
