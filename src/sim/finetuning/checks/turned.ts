import { Matrix } from 'ml-matrix';
import { fineTuneRotated } from '../../../theory/rotated-finetuning.js';
import { overshootThreshold } from '../../../theory/staged-finetuning.js';
import { type Check, judge, notApplicable } from '../../scenario/scenario.js';
import { SmallestSlack } from '../../training/training-checks.js';
import { type OvershootTask, overshootBoundary } from '../overshoot-boundary.js';
import type { TunedNetwork } from '../tuned-networks.js';
import { type FineTuningStudy, sharedValues } from '../tuning.js';
import {
  compareWithTheory,
  type FineTuningRun,
  isSimulated,
  largestValue,
  notAligned,
  nothingSimulated,
  paceOf,
} from './numbers.js';

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
  const turned = run.curves
    .flatMap(({ networks }) => networks)
    .filter((network) => sharedValues(network.tuning.task) === undefined);
  const compared = turned.filter((network) => compareWithTheory(run.study, network, slack)).length;
  const share = (100 * (1 - slack.margin)).toPrecision(2);
  return slack.verdict(
    'T4-rotation',
    `losses and forgetting of ${compared} networks against the exact recurrence of 2x2 blocks: the worst is ${share} % of the rounding bound off`,
    'no simulated network has a task with turned singular vectors',
  );
}

/** Networks of a run that are compared with the closed form. */
const MOST_COMPARED = 12;

/** Largest `η(1 + λ)M` and `K(η(1 + λ)M)²` at which halving the rate halves the distance to the flow closely enough. */
const LARGEST_STEP = 1 / 16;
const LARGEST_DRIFT = 1 / 16;

/** What extrapolation may leave of the distance between descent and flow; it is 0 to first order in the rate. */
const SHARE_LEFT = 0.5;

/** Distances below this share of the network are rounding. */
const SMALLEST_DISTANCE = 1e-7;

/**
 * T0-riccati: gradient descent on tasks with turned singular vectors converges to the closed form of gradient flow as the rate
 * falls, in first order: extrapolating from a rate and half of it must leave at most half of the distance between them.
 * Looked at for some networks of the run; the margin is the smallest slack, as a share of what is allowed.
 */
export function checkRiccatiLimit(run: FineTuningRun): Check {
  const turned = run.curves
    .flatMap(({ networks }) => networks)
    .filter(({ tuning }) => sharedValues(tuning.task) === undefined);
  if (turned.length === 0) return notApplicable('T0-riccati', 'no task has turned singular vectors');
  const { steps } = run.study;
  const small = turned.filter(({ tuning }) => {
    const step = paceOf(tuning) * largestValue(run.study, tuning);
    return step > 0 && steps > 0 && step <= LARGEST_STEP && steps * step * step <= LARGEST_DRIFT;
  });
  const stride = Math.max(1, Math.ceil(small.length / MOST_COMPARED));
  const slack = new SmallestSlack();
  for (let index = 0; index < small.length; index += stride) {
    const share = shareLeft(run, small[index]!);
    if (share !== undefined) slack.add(1 - share / SHARE_LEFT, 0);
  }
  return slack.verdict(
    'T0-riccati',
    `descent of ${slack.comparisons} networks against the closed form of the flow: extrapolating from half the rate leaves at most ${((1 - slack.margin) * SHARE_LEFT).toPrecision(2)} of the distance`,
    'steps are too large, or move too little, to show the limit of small rates',
  );
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

/** What bisection in the unit interval below and above the threshold leaves, and the rounding that counts as no rise. */
const RESOLUTION = 1e-5;

/**
 * T4-overshoot: with shared singular vectors, and at convergence, longer pre-training hurts exactly where the task overshoots
 * by more than `2 + λ`. The boundary is found on the Riccati closed form of the flow, which knows nothing of that number.
 */
export function checkOvershootBoundary(
  { problem }: FineTuningStudy,
  task: Pick<OvershootTask, 'unchanged' | 'pull' | 'anchor'>,
): Check {
  const changed = problem.modes.slice(task.unchanged).filter(({ sigma }) => sigma > 0).length;
  if (changed === 0) return notApplicable('T4-overshoot', 'the task changes no mode that can be learned');
  const claimed = overshootThreshold(task.pull);
  const found = overshootBoundary(problem, [claimed - 1, claimed + 1], { ...task, angle: 0, time: Infinity });
  if (found === null)
    return judge('T4-overshoot', -1, RESOLUTION * claimed, 'no boundary was found in the closed form');
  return judge(
    'T4-overshoot',
    -Math.abs(found - claimed),
    RESOLUTION * claimed,
    `longer pre-training hurts from ${found.toPrecision(7)} on in the closed form at convergence, and from 2 + lambda = ${claimed} by the theorem`,
  );
}
