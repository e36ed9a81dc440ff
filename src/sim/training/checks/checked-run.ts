import type { Problem } from '../../../theory/problem.js';
import type { ExpectedTraining } from '../recurrence.js';

/** What the checks of a pre-training run look at, besides its checkpoints. */
export interface CheckedRun {
  readonly problem: Problem;
  readonly times: readonly number[];
  /** What exact arithmetic gives for the run's steps; absent where nothing was simulated. */
  readonly expected: ExpectedTraining | undefined;
  readonly divergedAt: number | undefined;
}

/** Why a claim about simulated training says nothing on this run, or undefined where it does. */
export function notSimulated({ expected, divergedAt }: CheckedRun): string | undefined {
  if (expected === undefined) return 'nothing was simulated: the exact engine is the closed form itself';
  if (divergedAt !== undefined) return `training diverged at step ${divergedAt}`;
  return undefined;
}

/**
 * Why progressive sensitivity is not claimed for this problem (hypothesis of T2 ii and T3: every mode that moves starts
 * below its σ), with the size of the effect, or undefined where it is.
 */
export function notRisingModes({ problem }: CheckedRun): string | undefined {
  const nullModes = problem.modes.filter(({ sigma, start }) => sigma === 0 && start > 0);
  const slope = problem.rows + problem.cols;
  if (nullModes.length > 0) {
    const effect = nullModes.reduce((sum, { start }) => sum + start, 0) * slope;
    return `null modes: ${nullModes.length} modes with sigma = 0 decay from e^(-2 tau) and take up to ${effect.toPrecision(2)} gamma^2 off the sensitivity`;
  }
  const above = problem.modes.filter(({ sigma, start }) => start >= sigma && start > 0);
  if (above.length === 0) return undefined;
  const effect = above.reduce((sum, { sigma, start }) => sum + start - sigma, 0) * slope;
  return `${above.length} modes start at or above their sigma and take up to ${effect.toPrecision(2)} gamma^2 off the sensitivity`;
}
