import { velocity } from '../../../theory/mode.js';
import { type Check, judge, notApplicable } from '../../scenario/scenario.js';
import type { Checkpoint } from '../checkpoint.js';
import { biasAt } from '../choose-plan.js';
import { type CheckedRun, notRisingModes } from './checked-run.js';
import { SmallestSlack } from './smallest-slack.js';

/**
 * T2: `q‖W1‖² + p‖W2‖²`, the part of the sensitivity that training moves, rises from every recorded time to the next. The
 * margin is the smallest rise as a share of the final value, against what discretisation, which is known, and rounding do
 * to it: gradient descent near its stability limit overshoots where the flow rises. Without simulation the velocity of
 * the closed form is checked instead.
 */
export function checkProgressiveSensitivity(run: CheckedRun, checkpoints: readonly Checkpoint[]): Check {
  const excuse = notRisingModes(run);
  if (excuse !== undefined) return notApplicable('T2', excuse);
  if (run.divergedAt !== undefined) return notApplicable('T2', `training diverged at step ${run.divergedAt}`);
  return run.expected === undefined ? checkClosedForm(run) : checkSimulated(run, checkpoints);
}

function checkClosedForm({ problem, times }: CheckedRun): Check {
  const velocities = times.map((time) => problem.modes.reduce((sum, mode) => sum + velocity(mode, time), 0));
  const slowest = velocities.reduce((least, value) => Math.min(least, value), Infinity);
  return judge(
    'T2',
    slowest,
    0,
    `velocity of the closed form at ${times.length} times: at least ${slowest.toExponential(1)}`,
  );
}

function checkSimulated({ problem, times, expected }: CheckedRun, checkpoints: readonly Checkpoint[]): Check {
  if (checkpoints.length < 2) return notApplicable('T2', 'one recorded time shows no growth');
  const { rows, cols } = problem;
  const values = checkpoints.map(({ squaredNorms: [first, second] }) => cols * first + rows * second);
  const final = values.at(-1)!;
  const biases = expected!.checkpoints.map((checkpoint, at) => biasAt(problem, checkpoint, times[at]!));
  const slack = new SmallestSlack();
  for (let at = 1; at < values.length; at++) {
    const [before, after] = [biases[at - 1]!, biases[at]!];
    const systematic = Math.abs(after.sum - before.sum) + after.sumRounding + before.sumRounding;
    slack.add((values[at]! - values[at - 1]!) / final, ((rows + cols) * systematic) / final);
  }
  return judge(
    'T2',
    slack.margin,
    slack.tolerance,
    `smallest rise of q|W1|^2 + p|W2|^2 between ${values.length} recorded times, as a share of its final value`,
  );
}
