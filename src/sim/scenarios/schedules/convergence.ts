import { imbalanceOf } from '../../../theory/balance.js';
import { endPointConstant, largestCoveredRate, type Schedule } from '../../../theory/descent.js';
import { singularValue } from '../../../theory/mode.js';
import { loss, type Problem } from '../../../theory/problem.js';
import { flowFromBasis, riccatiBasis } from '../../../theory/riccati.js';
import { squaredNorm } from '../../../theory/sensitivity.js';
import { sharpness, sharpnessAt } from '../../../theory/sharpness.js';
import type { Weights } from '../../backends/backend.js';
import { type Check, judgeWorst } from '../../scenario/scenario.js';
import { embedDiagonal, matricesOf, type SingularBasis, type StartName } from '../../training/network-start.js';
import { expectTraining, noRounding } from '../../training/recurrence.js';
import { SmallestSlack } from '../../training/training-checks.js';
import { schedulePlan } from './rates.js';

/** A network on the path of gradient flow. */
export interface FlowPoint {
  readonly loss: number;
  /** `q‖W1‖² + p‖W2‖²`, the part of the sensitivity that training moves (T1). */
  readonly weightNorm: number;
  /** Largest eigenvalue of the Hessian; null where it was not asked for. */
  readonly sharpness: number | null;
}

/** Gradient flow from a start, at any time. */
export type FlowReference = (time: number) => FlowPoint;

/** A start on full matrices, and the task that they learn. */
export interface MatrixStart {
  readonly weights: Weights;
  readonly basis: SingularBasis;
}

/**
 * The closed form of gradient flow: mode by mode from an aligned start (T0), by the Riccati form from any other λ-balanced one.
 *
 * @param at the start on full matrices; only looked at where the start is not aligned
 * @param withSharpness whether the sharpness is wanted
 * @returns undefined where no closed form covers the start
 */
export function flowReference(
  problem: Problem,
  start: StartName,
  at: () => MatrixStart,
  withSharpness: boolean,
): FlowReference | undefined {
  if (start === 'aligned') {
    return (time) => ({
      loss: loss(problem, time),
      weightNorm:
        (problem.rows + problem.cols) * problem.modes.reduce((sum, mode) => sum + singularValue(mode, time), 0),
      sharpness: withSharpness ? sharpnessAt(problem, time) : null,
    });
  }
  const { rows, cols } = problem;
  const { weights, basis } = at();
  const { first, second } = matricesOf(problem, weights);
  const imbalance = imbalanceOf(first, second);
  if (imbalance === null) return undefined;
  const task = embedDiagonal(basis.left, problem.spectrum, basis.right);
  const riccati = riccatiBasis(task, imbalance);
  return (time) => {
    const reached = flowFromBasis(riccati, first, second, time);
    return {
      loss: squaredNorm(reached.first.mmul(reached.second).sub(task)),
      weightNorm: cols * squaredNorm(reached.first) + rows * squaredNorm(reached.second),
      sharpness: withSharpness ? sharpness(reached.first, reached.second, task) : null,
    };
  };
}

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

/**
 * How far the observed order may be from 1 at the smallest rate. The error is `aη + bη²`, so that halving η gives the order
 * `1 + log2((1 + (b/a)η)/(1 + (b/a)η/2))`, within a quarter of 1 as long as the second term is below 40 % of the first; a scheme
 * of order ½ or 2 misses it by twice as much.
 */
const ORDER_ALLOWANCE = 0.25;

/**
 * T9: every schedule stays within `C max η` of gradient flow, and comes closer in proportion to `max η`. The margin is the
 * least of: the share of its bound that the worst mode leaves, and what is left of {@link ORDER_ALLOWANCE} at the two smallest
 * rates of each schedule.
 *
 * @param studies per schedule, from the largest rate to the smallest
 */
export function checkFlowLimit(studies: readonly (readonly FlowError[])[]): Check {
  const slack = new SmallestSlack();
  const orders: number[] = [];
  for (const errors of studies) {
    for (const { share } of errors) slack.add(1 - share, 0);
    const order = errors.at(-1)?.order;
    if (order === undefined || errors.at(-1)!.error === 0) continue;
    orders.push(order);
    slack.add(ORDER_ALLOWANCE - Math.abs(order - 1), 0);
  }
  const range =
    orders.length === 0
      ? 'no order was seen'
      : `orders of convergence from ${Math.min(...orders).toFixed(3)} to ${Math.max(...orders).toFixed(3)}`;
  const whyNone = 'the times take too many steps for a study of small learning rates';
  return judgeWorst('T9', slack, whyNone, `${range}; every distance from gradient flow below C max(eta)`);
}
