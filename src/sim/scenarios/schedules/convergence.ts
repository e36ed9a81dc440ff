import { singularValue } from '../../../theory/mode.js';
import type { Problem } from '../../../theory/problem.js';
import type { Schedule } from '../../../theory/schedule.js';
import { endPointConstant, largestCoveredRate } from '../../../theory/schedule-error.js';
import { expectTraining, noRounding } from '../../training/recurrence.js';
import { schedulePlan } from './schedule-plan.js';

/** How far one schedule at one peak strays from gradient flow. */
export interface FlowError {
  readonly schedule: string;
  /** The largest learning rate. */
  readonly rate: number;
  readonly steps: number;
  /** Largest `|s_i − s_i(t)|` over all modes and recorded times. */
  readonly error: number;
  /** Largest `C_i · max η` over all modes: what T9 allows. */
  readonly bound: number;
  /** Largest share of its own bound that a mode takes at a recorded time. */
  readonly share: number;
  /** Observed order of convergence against the peak twice as high; undefined for the first. */
  readonly order: number | undefined;
}

/** Halvings of the peak, and mode-steps that all of them together may take (about two seconds). */
const HALVINGS = 4;
const AFFORDABLE = 3e8;

/**
 * Order of convergence of a schedule toward gradient flow: exact gradient descent in float64 at peaks from
 * `1/(8 max(σ, s_0))`, the largest that T9 covers, down by halves.
 *
 * @param times recorded times; the schedule ends at the last
 * @returns one entry per peak, fewer than five where the steps would take too long
 */
export function flowErrors(problem: Problem, schedule: Schedule, times: readonly number[]): FlowError[] {
  const covered = problem.modes.reduce((least, mode) => Math.min(least, largestCoveredRate(mode)), Infinity);
  const results: FlowError[] = [];
  let left = AFFORDABLE;
  for (let halving = 0; halving <= HALVINGS; halving++) {
    const peak = covered / 2 ** halving;
    // A schedule makes about twice as many steps as a constant one; half of them have been paid for before.
    const cost = (2 * times.at(-1)! * problem.modes.length) / peak;
    if (!(cost <= left)) break;
    left -= cost;
    const plan = schedulePlan(schedule, times, peak);
    const { checkpoints } = expectTraining(problem, plan, noRounding);
    let error = 0;
    let share = 0;
    let bound = 0;
    problem.modes.forEach((mode, index) => {
      const allowed = endPointConstant(mode) * plan.largestRate;
      bound = Math.max(bound, allowed);
      checkpoints.forEach(({ factors }, at) => {
        const distance = Math.abs(factors[index]! ** 2 - singularValue(mode, times[at]!));
        error = Math.max(error, distance);
        if (distance > 0) share = Math.max(share, distance / allowed);
      });
    });
    const coarser = results.at(-1);
    const order = coarser && Math.log(coarser.error / error) / Math.log(coarser.rate / plan.largestRate);
    results.push({
      schedule: schedule.name,
      rate: plan.largestRate,
      steps: plan.totalSteps,
      error,
      bound,
      share,
      order,
    });
  }
  return results;
}
