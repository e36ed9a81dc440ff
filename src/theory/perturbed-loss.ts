import { requireInput } from './invalid-input.js';
import { gap, type Mode, singularValue, timeOfGap } from './mode.js';
import { loss, type Problem, singularValueSum, unlearnableLoss } from './problem.js';
import { noiseFloor, requireNoiseScale, sensitivityOfSum } from './sensitivity.js';

// Noise scales `γ` are from 0 to 1e60; every function that takes one refuses others (`InvalidInputError`, option `gamma`).

/** Gap at which further learning of a mode begins to hurt under noise, `c = γ²(p+q)/2` (T3 a; `γ²d` for a square network). */
export function criticalGap(problem: Problem, gamma: number): number {
  return (requireNoiseScale(gamma) ** 2 * (problem.rows + problem.cols)) / 2;
}

/**
 * Expected loss of the checkpoint under Gaussian noise on every weight (T3):
 * `P_γ(t) = Σ (σ_i - s_i)² + 2c Σ s_i + γ⁴ p h q`, plus the squared singular values that the width cannot learn.
 *
 * @param gamma noise scale `γ`, from 0 to 1e60
 * @param time gradient-flow time, from 0; `Infinity` gives the limit
 * @throws InvalidInputError where `gamma` is out of its range
 */
export function perturbedLoss(problem: Problem, gamma: number, time: number): number {
  return new NoisyCheckpoint(problem, time).perturbedLoss(gamma);
}

/** One checkpoint of gradient flow under noise of any scale (T1 on T0): what does not depend on the noise is computed once. */
export class NoisyCheckpoint {
  /** Loss without noise. */
  readonly loss: number;
  private readonly sum: number;

  constructor(
    private readonly problem: Problem,
    time: number,
  ) {
    this.loss = loss(problem, time);
    this.sum = singularValueSum(problem, time);
  }

  /** See `sensitivityAt`. */
  sensitivity(gamma: number): number {
    return sensitivityOfSum(this.problem, gamma, this.sum);
  }

  /** Expected loss under noise, see `perturbedLoss`. */
  perturbedLoss(gamma: number): number {
    return this.loss + this.sensitivity(gamma);
  }
}

/**
 * Time derivative of the perturbed loss, `P_γ′(t) = 8 Σ s_i g_i (c - g_i)` with the gaps `g_i = σ_i - s_i` (T3 a).
 *
 * @param gamma noise scale `γ`, from 0 to 1e60
 * @param time gradient-flow time, from 0
 * @throws InvalidInputError where `gamma` is out of its range
 */
export function perturbedLossVelocity(problem: Problem, gamma: number, time: number): number {
  const critical = criticalGap(problem, gamma);
  return problem.modes.reduce((sum, mode) => {
    const [value, remaining] = [singularValue(mode, time), gap(mode, time)];
    // The same number without cancellation where the mode is unlearned and its σ is close to c.
    const surplus = value < remaining ? critical - mode.sigma + value : critical - remaining;
    return sum + 8 * value * remaining * surplus;
  }, 0);
}

/**
 * Time `t_i*(γ)` at which one mode's own part of the perturbed loss is least (T3 d):
 * `ln[(σ/s0 - 1)(σ - c)/c]/(4σ)`.
 *
 * @returns 0 for a mode that never helps (`σ - s0 ≤ c`) or never moves; `Infinity` for one whose part only ever falls
 *   (no noise, or a start above `σ`, null modes among them)
 */
export function modeOptimum(problem: Problem, gamma: number, mode: Mode): number {
  const critical = criticalGap(problem, gamma);
  if (mode.start === 0 || mode.start === mode.sigma) return 0;
  return mode.start > mode.sigma ? Infinity : timeOfGap(mode, critical);
}

/**
 * Perturbed loss with the first `learned` modes at their `σ_i` and the others at zero (T3 e), where
 * `P(n) - P(n-1) = σ_n(2c - σ_n)`.
 *
 * @param learned number `n` of learned modes, an integer from 0 to the number of modes
 * @throws InvalidInputError where `gamma` or `learned` is out of its range
 */
export function stagedPerturbedLoss(problem: Problem, gamma: number, learned: number): number {
  const count = problem.modes.length;
  const valid = Number.isInteger(learned) && learned >= 0 && learned <= count;
  requireInput(valid, 'learned', learned, `an integer from 0 to ${count}`);
  const critical = criticalGap(problem, gamma);
  return problem.modes.reduce(
    (sum, { sigma }, index) => sum + (index < learned ? 2 * critical * sigma : sigma ** 2),
    unlearnableLoss(problem) + noiseFloor(problem, gamma),
  );
}

/** Number of learned modes with the least staged perturbed loss, `n* = #{σ_i > 2c}` (T3 e). */
export function stagedOptimum(problem: Problem, gamma: number): number {
  const critical = criticalGap(problem, gamma);
  return problem.modes.filter(({ sigma }) => sigma > 2 * critical).length;
}
