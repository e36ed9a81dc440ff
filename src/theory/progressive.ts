import { Matrix } from 'ml-matrix';
import { singularValue, velocity } from './mode.js';
import { requireNoiseScale } from './noise-scale.js';
import type { Problem } from './problem.js';
import type { Spectrum } from './spectrum.js';

/**
 * Sensitivity along gradient flow (T1 on T0): expected rise of the loss when independent Gaussian noise of scale `gamma`
 * is added to every weight of the checkpoint, `γ²(p+q) Σ s_i(t) + γ⁴ p h q`.
 *
 * @param problem the problem
 * @param gamma noise scale `γ`, from 0 to 1e60
 * @param time gradient-flow time, from 0; `Infinity` gives the limit
 * @throws InvalidInputError where `gamma` is out of its range
 */
export function sensitivityAt(problem: Problem, gamma: number, time: number): number {
  const total = problem.modes.reduce((sum, mode) => sum + singularValue(mode, time), 0);
  return sensitivityOfSum(problem, gamma, total);
}

/**
 * Sensitivity of a balanced checkpoint by the sum of its singular values (T1).
 *
 * @param problem the problem, for the shape
 * @param gamma noise scale `γ`, from 0 to 1e60
 * @param sum `Σ s_i`
 * @throws InvalidInputError where `gamma` is out of its range
 */
export function sensitivityOfSum(problem: Problem, gamma: number, sum: number): number {
  return requireNoiseScale(gamma) ** 2 * (problem.rows + problem.cols) * sum + noiseFloor(problem, gamma);
}

/**
 * Sensitivity of a network with zero weights, `γ⁴ p h q`: the part that does not depend on training.
 *
 * @param problem the problem
 * @param gamma noise scale `γ`
 */
export function noiseFloor(problem: Problem, gamma: number): number {
  return gamma ** 4 * problem.rows * problem.hidden * problem.cols;
}

/**
 * Time derivative of the sensitivity along gradient flow (T2 ii): `γ² · 4(p+q) Σ s_i(σ_i - s_i)`, which is positive while
 * every mode that moves is below its `σ_i`.
 *
 * @param problem the problem
 * @param gamma noise scale `γ`, from 0 to 1e60
 * @param time gradient-flow time, from 0
 * @throws InvalidInputError where `gamma` is out of its range
 */
export function sensitivityVelocityAt(problem: Problem, gamma: number, time: number): number {
  const total = problem.modes.reduce((sum, mode) => sum + velocity(mode, time), 0);
  return requireNoiseScale(gamma) ** 2 * (problem.rows + problem.cols) * total;
}

/**
 * Time derivative of `q‖W1‖² + p‖W2‖²` under gradient flow from any weights (T2 i): `4(p+q)⟨W, A - W⟩` with `W = W1W2`.
 *
 * @param first `W1`, `p×h`
 * @param second `W2`, `h×q`
 * @param target the task `A`, `p×q`
 */
export function sensitivityVelocity(first: Matrix, second: Matrix, target: Matrix): number {
  const product = first.mmul(second);
  return 4 * (product.rows + product.columns) * product.dot(Matrix.sub(target, product));
}

/**
 * Largest eigenvalue of the Hessian of `‖W1W2 - A‖²` at the balanced minimum, `4σ_1` (T2 iii).
 *
 * @param spectrum singular values of the task
 */
export function sharpnessAtMinimum(spectrum: Spectrum): number {
  return 4 * (spectrum[0] as number);
}

/**
 * Largest learning rate at which the balanced minimum is stable under gradient descent, `2/(4σ_1) = 1/(2σ_1)` (T2 iii).
 *
 * @param spectrum singular values of the task
 */
export function stabilityLimit(spectrum: Spectrum): number {
  return 2 / sharpnessAtMinimum(spectrum);
}
