import { velocity } from '../../theory/mode.js';
import { type Check, judge, notApplicable } from '../check.js';
import { biasAt } from '../engines/bias.js';
import type { Checkpoint } from '../engines/checkpoint.js';
import { type CheckedRun, notRisingModes } from './checked-run.js';

/**
 * T2: `q‖W1‖² + p‖W2‖²`, the part of the sensitivity that training moves, rises from every recorded time to the next. The
 * margin is the smallest rise as a share of the final value; rounding of the simulated weights is the tolerance. Without
 * simulation the velocity of the closed form is checked instead.
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
  const rounding = expected!.checkpoints.map(
    (checkpoint, at) => (rows + cols) * biasAt(problem, checkpoint, times[at]!).sumRounding,
  );
  let margin = Infinity;
  let tolerance = 0;
  for (let at = 1; at < values.length; at++) {
    margin = Math.min(margin, (values[at]! - values[at - 1]!) / final);
    tolerance = Math.max(tolerance, (rounding[at]! + rounding[at - 1]!) / final);
  }
  return judge(
    'T2',
    margin,
    tolerance,
    `smallest rise of q|W1|^2 + p|W2|^2 between ${values.length} recorded times, as a share of its final value`,
  );
}
