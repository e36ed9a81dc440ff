import type { Problem } from './problem.js';
import { sensitivityOfSum } from './progressive.js';
import { loss, singularValues } from './trajectory.js';

/** One checkpoint of gradient flow under noise of any scale (T1 on T0): what does not depend on the noise is computed once. */
export class NoisyCheckpoint {
  /** Loss without noise. */
  readonly loss: number;
  private readonly sum: number;

  /**
   * @param problem the problem
   * @param time gradient-flow time, from 0; `Infinity` gives the limit
   */
  constructor(
    private readonly problem: Problem,
    time: number,
  ) {
    this.loss = loss(problem, time);
    this.sum = singularValues(problem, time).reduce((sum, value) => sum + value, 0);
  }

  /**
   * Sensitivity, see `sensitivityAt`.
   *
   * @param gamma noise scale `γ`, from 0 to 1e60
   * @throws InvalidInputError where `gamma` is out of its range
   */
  sensitivity(gamma: number): number {
    return sensitivityOfSum(this.problem, gamma, this.sum);
  }

  /**
   * Expected loss under noise, see `perturbedLoss`.
   *
   * @param gamma noise scale `γ`, from 0 to 1e60
   * @throws InvalidInputError where `gamma` is out of its range
   */
  perturbedLoss(gamma: number): number {
    return this.loss + this.sensitivity(gamma);
  }
}
