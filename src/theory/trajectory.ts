import { gap, singularValue } from './mode.js';
import type { Problem } from './problem.js';

/**
 * Loss `‖W1W2 - A‖²` along gradient flow (T0): the squared gaps of the modes plus what the hidden width cannot learn.
 *
 * @param problem the problem
 * @param time gradient-flow time, from 0; `Infinity` gives the limit
 */
export function loss(problem: Problem, time: number): number {
  return problem.modes.reduce((sum, mode) => sum + gap(mode, time) ** 2, unlearnableLoss(problem));
}

/** Part of the loss that no training removes: the squared singular values beyond the hidden width. */
export function unlearnableLoss(problem: Problem): number {
  return problem.unlearnable.reduce((sum, sigma) => sum + sigma ** 2, 0);
}

/**
 * Singular values `s_i(time)` of the network, one per mode, in the order of the spectrum (T0).
 *
 * @param problem the problem
 * @param time gradient-flow time, from 0; `Infinity` gives the limit
 */
export function singularValues(problem: Problem, time: number): number[] {
  return problem.modes.map((mode) => singularValue(mode, time));
}

/**
 * Number of learned modes: those with `s_i(time) > σ_i/2`. A mode with `σ = 0` has nothing to learn and is not counted.
 *
 * @param problem the problem
 * @param time gradient-flow time, from 0
 */
export function learnedModes(problem: Problem, time: number): number {
  return problem.modes.filter((mode) => mode.sigma > 0 && singularValue(mode, time) > mode.sigma / 2).length;
}
