import type { Problem } from '../../theory/problem.js';
import { stabilityLimit } from '../../theory/sharpness.js';
import { MatrixRounding, ScalarRounding } from './rounding.js';
import type { TrainingPlan } from './training-plan.js';

/** What a training plan must give in exact arithmetic, at one recorded time. */
export interface ExpectedCheckpoint {
  /** Factors D of the modes after the planned steps, by the exact recurrence of T0 in float64. */
  readonly factors: Float64Array;
  /** How far the engine's arithmetic may take each factor from that, see {@link RoundingModel}. */
  readonly rounding: Float64Array;
  /** How far it is likely to: engine `modes` reaches its bound, engine `matrix` is far from it where roundings are independent. */
  readonly likely: Float64Array;
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
 * perturbations are taken as correlated over the memory that slowly changing steps leave them (`RoundingMemory`) and bounded at
 * six standard deviations, or added up with one sign where that is less; with large steps they are independent (Higham and Mary
 * 2019), with tiny ones they all go one way. Once a mode contracts, where rounding can stall it for good, they are added
 * up as in the worst case, and so is what rounding does to the stored task and rate.
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
  private readonly lost: Float64Array;
  private readonly rounding: MatrixRounding | ScalarRounding | undefined;

  constructor(
    private readonly problem: Problem,
    { kind, unitRoundoff }: RoundingModel,
  ) {
    this.factors = Float64Array.from(problem.modes, (mode) => Math.sqrt(mode.start));
    this.sigmas = Float64Array.from(problem.modes, (mode) => mode.sigma);
    this.lost = new Float64Array(this.factors.length);
    if (kind === 'matrix') this.rounding = new MatrixRounding(problem, unitRoundoff);
    if (kind === 'scalar') this.rounding = new ScalarRounding(this.factors.length, unitRoundoff);
  }

  step(rate: number): void {
    const { factors, sigmas, lost, rounding } = this;
    rounding?.step({ factors, sigmas, lost }, rate);
    for (let mode = 0; mode < factors.length; mode++) {
      const factor = factors[mode]!;
      factors[mode] = factor - 2 * rate * factor * (factor * factor - sigmas[mode]!);
      if (rounding !== undefined && this.beyondFirstOrder(rounding, mode)) lost[mode] = 1;
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
    const state = [this.factors, this.lost, ...(this.rounding?.state ?? [])];
    const kept = state.map((values) => values.slice());
    if (snapshotRate > 0) this.step(snapshotRate);
    const checkpoint = { factors: this.factors.slice(), ...this.errors() };
    state.forEach((values, index) => {
      values.set(kept[index]!);
    });
    return checkpoint;
  }

  private errors(): Omit<ExpectedCheckpoint, 'factors'> {
    const { rounding, factors } = this;
    if (rounding === undefined) {
      return { rounding: new Float64Array(factors.length), likely: new Float64Array(factors.length) };
    }
    const lost = (mode: number) => (this.lost[mode] === 1 ? 3 * this.scaleOf(mode) : 0);
    if (rounding instanceof ScalarRounding) {
      const bounds = factors.map((factor, mode) => Math.abs(factor) * rounding.relativeBound(mode) + lost(mode));
      return { rounding: bounds, likely: bounds };
    }
    return {
      rounding: factors.map((factor, mode) => rounding.bound(mode, factor) + lost(mode)),
      likely: factors.map((factor, mode) => rounding.likely(mode, factor) + lost(mode)),
    };
  }

  private beyondFirstOrder(rounding: MatrixRounding | ScalarRounding, mode: number): boolean {
    return rounding instanceof ScalarRounding
      ? rounding.relativeBound(mode) > LINEAR_SHARE
      : rounding.linearBound(mode) > LINEAR_SHARE * this.scaleOf(mode);
  }

  /** What the factor of a mode is measured against: where it is going or, above that, where it is. */
  private scaleOf(mode: number): number {
    return Math.max(Math.sqrt(this.sigmas[mode]!), Math.abs(this.factors[mode]!));
  }
}
