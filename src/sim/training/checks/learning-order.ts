import { learnedGapBound, unlearnedFactorBound } from '../../../theory/learning-order.js';
import { type Mode, singularValue } from '../../../theory/mode.js';
import { type Check, judge, notApplicable } from '../../scenario/scenario.js';
import type { Checkpoint } from '../checkpoint.js';
import { roundingOfSquare } from '../choose-plan.js';
import type { CheckedRun } from './checked-run.js';
import { SmallestSlack } from './smallest-slack.js';

/** Rounding of the closed form and of the bounds, relative to σ_1. */
const CLOSED_FORM_ROUNDING = 1e-12;

/**
 * T0′: at every recorded time each mode is below the bound of unlearned modes and nearer to its σ than the bound of
 * learned ones, so that features are learned one at a time. The margin is the smallest slack as a share of σ_1; what
 * discretisation and rounding do to that mode is the tolerance.
 */
export function checkLearningOrder(run: CheckedRun, checkpoints: readonly Checkpoint[]): Check {
  if (run.divergedAt !== undefined) {
    return notApplicable('T0-bounds', `training diverged at step ${run.divergedAt}`);
  }
  const bounded = run.problem.modes
    .map((mode, index) => ({ mode, index }))
    .filter(({ mode }) => mode.start > 0 && mode.start <= mode.sigma);
  if (bounded.length === 0) return notApplicable('T0-bounds', 'every mode starts above its sigma');
  const scale = run.problem.spectrum[0]!;
  const smallest = new SmallestSlack();
  run.times.forEach((time, at) => {
    for (const { mode, index } of bounded) {
      const slack = slackOf(mode, time, simulatedOrClosed(mode, time, checkpoints[at], index)) / scale;
      const allowed = CLOSED_FORM_ROUNDING + errorOf(run, mode, time, at, index) / scale;
      smallest.add(slack, allowed);
    }
  });
  return judge(
    'T0-bounds',
    smallest.margin,
    smallest.tolerance,
    `${bounded.length} modes at ${run.times.length} times within both bounds; smallest slack as a share of sigma_1`,
  );
}

function simulatedOrClosed(
  mode: Mode,
  time: number,
  checkpoint: Checkpoint | undefined,
  index: number,
): number {
  return checkpoint?.singularValues[index] ?? singularValue(mode, time);
}

function slackOf(mode: Mode, time: number, value: number): number {
  const unlearned = unlearnedFactorBound(mode, time) ** 2 - value;
  const learned = learnedGapBound(mode, time) - (mode.sigma - value);
  return Math.min(unlearned, learned);
}

/** How far the simulated mode may be from the flow: discretisation, which is known, and the bound on rounding. */
function errorOf({ expected }: CheckedRun, mode: Mode, time: number, at: number, index: number): number {
  if (expected === undefined) return 0;
  const { factors, rounding } = expected.checkpoints[at]!;
  const factor = factors[index]!;
  return Math.abs(factor * factor - singularValue(mode, time)) + roundingOfSquare(factor, rounding[index]!);
}
