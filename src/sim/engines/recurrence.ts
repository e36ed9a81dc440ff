import type { Problem } from '../../theory/problem.js';
import { stabilityLimit } from '../../theory/progressive.js';
import type { TrainingPlan } from './training-plan.js';

/** What a training plan must give in exact arithmetic, at one recorded time. */
export interface ExpectedCheckpoint {
  /** Factors D of the modes after the planned steps, by the exact recurrence of T0 in float64. */
  readonly factors: Float64Array;
  /** How far the engine's arithmetic may take each factor from that, see {@link RoundingModel}. */
  readonly rounding: Float64Array;
}

/** The whole plan in exact arithmetic. */
export interface ExpectedTraining {
  readonly checkpoints: readonly ExpectedCheckpoint[];
  /**
   * First step after which the loss had risen, at a rate beyond the stability limit `1/(2σ_1)` (of the network itself
   * where it is above σ_1), or was not finite; undefined where training is stable to its end.
   */
  readonly divergedAt: number | undefined;
}

/**
 * How rounding errors of the engine enter the factor of a mode.
 *
 * `scalar` (engine `modes`): the factor is one number, so each step adds a relative error of at most
 * `u (1 + 2η(5|σ−s| + s + 2σ))`, and errors in ln D are multiplied by `|1 − 4ηs/(1 + 2η(σ−s))| ≤ 1`: the bound
 * is their sum, rigorous to first order.
 *
 * `matrix`: a weight matrix is rounded entry by entry, so each step perturbs D by at most
 * `u [‖W1‖ + 2η ((h+2)(Σs + ‖A‖) √s_1 + (q+2) ‖R‖ ‖W2‖)]`, absolutely, however small D is. While a mode grows the
 * perturbations of thousands of roundings are taken as independent (Higham and Mary 2019) and bounded at six standard
 * deviations; once it contracts, where rounding can stall a step for good, they are added up as in the worst case.
 * Rounding also makes the two factors of a mode differ, and nothing makes them equal again: `ℓ = D1² − D2²` adds up, and
 * changes the pace `√(ℓ² + 4s²)` of a mode that has shrunk since (T0″ on imbalance), hence D by up to `ℓ²/(8D³)`.
 *
 * Both are first-order bounds. Where one passes a twentieth (of D, or of the mode's own scale `√σ`), the mode may be
 * learned noticeably earlier or later than in exact arithmetic: from then on all that is known is that neither
 * trajectory leaves ±1.5 times that scale, and new errors are no longer taken to contract. Those of a null mode never are.
 */
export interface RoundingModel {
  readonly kind: 'scalar' | 'matrix' | 'none';
  /** Unit roundoff u of the arithmetic: 2⁻²⁴ in float32, 2⁻⁵³ in float64. */
  readonly unitRoundoff: number;
}

/** For when only the exact result is wanted. */
export const noRounding: RoundingModel = { kind: 'none', unitRoundoff: 0 };

const DEVIATIONS = 6;

/** Share that the factor of a mode may be off before first-order propagation says too little. */
const LINEAR_SHARE = 0.05;

/**
 * Runs a plan through the recurrence `D ← D − 2ηD(D² − σ)` in float64, in O(steps × modes).
 *
 * @param model how to bound the rounding of the engine beside it
 */
export function expectTraining(problem: Problem, plan: TrainingPlan, model: RoundingModel): ExpectedTraining {
  const state = new RecurrenceState(problem, model);
  const largestStart = problem.modes.reduce((most, { start }) => Math.max(most, start), 0);
  const mayDiverge = plan.largestRate > stabilityLimit([Math.max(problem.spectrum[0]!, largestStart)]);
  let divergedAt: number | undefined;
  let taken = 0;
  let loss = mayDiverge ? state.loss() : 0;
  const checkpoints = plan.recordings.map(({ segments, snapshotRate }) => {
    for (const { rate, steps } of segments) {
      for (let step = 0; step < steps; step++) {
        const unstable = mayDiverge && rate > state.stableRate();
        state.step(rate);
        taken++;
        if (!mayDiverge || divergedAt !== undefined) continue;
        const after = state.loss();
        if (Number.isNaN(after) || (unstable && after > loss)) divergedAt = taken;
        loss = after;
      }
    }
    return state.checkpoint(snapshotRate);
  });
  return { checkpoints, divergedAt };
}

class RecurrenceState {
  private readonly factors: Float64Array;
  private readonly sigmas: Float64Array;
  private readonly worst: Float64Array;
  private readonly variance: Float64Array;
  /** Variance of the difference of the squares of the two factors. */
  private readonly imbalance: Float64Array;
  /** 1 for each mode whose trajectory rounding has changed beyond first order. */
  private readonly lost: Float64Array;
  private readonly targetNorm: number;

  constructor(
    private readonly problem: Problem,
    private readonly model: RoundingModel,
  ) {
    this.factors = Float64Array.from(problem.modes, (mode) => Math.sqrt(mode.start));
    this.sigmas = Float64Array.from(problem.modes, (mode) => mode.sigma);
    this.worst = new Float64Array(this.factors.length);
    this.variance = new Float64Array(this.factors.length);
    this.imbalance = new Float64Array(this.factors.length);
    this.lost = new Float64Array(this.factors.length);
    this.targetNorm = Math.sqrt(problem.spectrum.reduce((sum, sigma) => sum + sigma * sigma, 0));
    if (model.kind === 'scalar') this.worst.fill(model.unitRoundoff);
  }

  step(rate: number): void {
    if (this.model.kind === 'matrix') this.roundMatrix(rate);
    else if (this.model.kind === 'scalar') this.roundScalars(rate);
    const { factors, sigmas } = this;
    for (let mode = 0; mode < factors.length; mode++) {
      const factor = factors[mode]!;
      factors[mode] = factor - 2 * rate * factor * (factor * factor - sigmas[mode]!);
      if (this.model.kind !== 'none' && this.beyondFirstOrder(mode)) this.lost[mode] = 1;
    }
  }

  /** Largest rate at which neither the task nor the network as it is makes gradient descent overshoot for good. */
  stableRate(): number {
    const largest = this.factors.reduce((most, factor) => Math.max(most, factor * factor), 0);
    return stabilityLimit([Math.max(this.problem.spectrum[0]!, largest)]);
  }

  loss(): number {
    let sum = 0;
    for (let mode = 0; mode < this.factors.length; mode++) {
      sum += (this.factors[mode]! ** 2 - this.sigmas[mode]!) ** 2;
    }
    return sum;
  }

  /** The state now or, with a rate, after one more step that leaves no trace. */
  checkpoint(snapshotRate: number): ExpectedCheckpoint {
    const state = [this.factors, this.worst, this.variance, this.imbalance, this.lost];
    const kept = state.map((values) => values.slice());
    if (snapshotRate > 0) this.step(snapshotRate);
    const checkpoint = { factors: this.factors.slice(), rounding: this.rounding() };
    state.forEach((values, index) => {
      values.set(kept[index]!);
    });
    return checkpoint;
  }

  private rounding(): Float64Array {
    return this.factors.map(
      (_, mode) =>
        this.linearBound(mode) +
        this.imbalanceBound(mode) +
        (this.lost[mode] === 1 ? 3 * this.scaleOf(mode) : 0),
    );
  }

  /** Never more than the factor itself: beyond, the first-order bound of both factors says more. */
  private imbalanceBound(mode: number): number {
    const factor = Math.abs(this.factors[mode]!);
    const difference = DEVIATIONS ** 2 * this.imbalance[mode]!;
    return difference === 0 ? 0 : Math.min(factor, difference / (8 * factor ** 3));
  }

  private linearBound(mode: number): number {
    return this.model.kind === 'scalar'
      ? Math.abs(this.factors[mode]!) * this.worst[mode]!
      : this.worst[mode]! + DEVIATIONS * Math.sqrt(this.variance[mode]!);
  }

  private beyondFirstOrder(mode: number): boolean {
    return this.model.kind === 'scalar'
      ? this.worst[mode]! > LINEAR_SHARE
      : this.linearBound(mode) > LINEAR_SHARE * this.scaleOf(mode);
  }

  /** What the factor of a mode is measured against: where it is going or, above that, where it is. */
  private scaleOf(mode: number): number {
    return Math.max(Math.sqrt(this.sigmas[mode]!), Math.abs(this.factors[mode]!));
  }

  private roundScalars(rate: number): void {
    for (let mode = 0; mode < this.factors.length; mode++) {
      const sigma = this.sigmas[mode]!;
      const value = this.factors[mode]! ** 2;
      const growth = 1 + 2 * rate * (sigma - value);
      const propagation = Math.abs(1 - (4 * rate * value) / growth);
      const added =
        this.model.unitRoundoff * (1 + 2 * rate * (5 * Math.abs(sigma - value) + value + 2 * sigma));
      this.worst[mode] = this.worst[mode]! * propagation + added;
    }
  }

  private roundMatrix(rate: number): void {
    const { hidden, cols } = this.problem;
    let sum = 0;
    let largest = 0;
    let residual = 0;
    for (let mode = 0; mode < this.factors.length; mode++) {
      const value = this.factors[mode]! ** 2;
      sum += value;
      largest = Math.max(largest, value);
      residual += (value - this.sigmas[mode]!) ** 2;
    }
    const norm = Math.sqrt(sum);
    const products =
      (hidden + 2) * (sum + this.targetNorm) * Math.sqrt(largest) + (cols + 2) * Math.sqrt(residual) * norm;
    // Random signs make a sum of n roundings √n as large as one, not n times.
    const randomProducts = products / Math.sqrt(Math.max(hidden, cols));
    for (let mode = 0; mode < this.factors.length; mode++) {
      const linear = Math.abs(1 + 2 * rate * (this.sigmas[mode]! - 3 * this.factors[mode]! ** 2));
      const propagation = this.lost[mode] === 1 || this.sigmas[mode] === 0 ? 1 : linear;
      const random = (this.model.unitRoundoff * (norm + 2 * rate * randomProducts)) / Math.sqrt(3);
      const systematic = linear < 1 ? this.model.unitRoundoff * (norm + 2 * rate * products) : 0;
      this.worst[mode] = this.worst[mode]! * propagation + systematic;
      this.variance[mode] = this.variance[mode]! * propagation ** 2 + random ** 2;
      this.imbalance[mode] = this.imbalance[mode]! + 8 * (this.factors[mode]! * random) ** 2;
    }
  }
}
