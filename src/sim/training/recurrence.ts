import type { Problem } from '../../theory/problem.js';
import { stabilityLimit } from '../../theory/sharpness.js';
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
 * How rounding errors of the engine enter the factor of a mode, as docs/numerics.md derives: the error E of a factor is bounded
 * by `E ← |1 + 2η(σ − 3s)| E + r`, every rounding r being added as in the worst case.
 *
 * `scalar` (engine `modes`): the factor is one number, and `r = u [|D′| + 2η|D| (5|σ−s| + s + 2σ)]` is relative to it.
 *
 * `matrix`: a weight matrix is rounded entry by entry, so that `r = u [‖W1‖ + 2η ((h+2)(Σs + ‖A‖) √s_1 + (q+2) ‖R‖ ‖W2‖)]`, however
 * small D is. Rounding also makes the two factors of a mode differ, and nothing makes them equal again: `ℓ = D1² − D2²` grows by
 * up to `4Dr` in a step, and changes the pace `√(ℓ² + 4s²)` of a mode that has shrunk since (T0″ on imbalance), hence D by up to
 * `ℓ²/(8D³)`.
 *
 * Both are first-order bounds. Where one passes a twentieth (of D, or of the mode's own scale `√σ`), the mode may be
 * learned noticeably earlier or later than in exact arithmetic: from then on all that is known is that neither
 * trajectory leaves ±1.5 times that scale, and new errors are no longer taken to contract. Those of a null mode in full matrices
 * never are.
 */
export interface RoundingModel {
  readonly kind: 'scalar' | 'matrix' | 'none';
  /** Unit roundoff u of the arithmetic: 2⁻²⁴ in float32, 2⁻⁵³ in float64. */
  readonly unitRoundoff: number;
}

/** For when only the exact result is wanted. */
export const noRounding: RoundingModel = { kind: 'none', unitRoundoff: 0 };

/**
 * Share of what is compared that rounding may take before it would show in a figure: beyond it the automatic choice of a backend
 * takes float64, and a comparison within such a bound is left out, since agreement would prove nothing.
 */
export const VISIBLE_ROUNDING = 0.01;

/** Share that the factor of a mode may be off before first-order propagation says too little. */
const LINEAR_SHARE = 0.05;

/**
 * Runs a plan through the recurrence `D ← D − 2ηD(D² − σ)` in float64, in O(steps × modes).
 *
 * @param model how to bound the rounding of the engine beside it
 * @param goesOn asked at every recorded time whether to go on; where it says no, that checkpoint is the last
 */
export function expectTraining(
  problem: Problem,
  plan: TrainingPlan,
  model: RoundingModel,
  goesOn: (checkpoint: ExpectedCheckpoint, at: number) => boolean = () => true,
): ExpectedTraining {
  const state = new RecurrenceState(problem, model);
  const largestStart = problem.modes.reduce((most, { start }) => Math.max(most, start), 0);
  const mayDiverge = plan.largestRate > stabilityLimit([Math.max(problem.spectrum[0]!, largestStart)]);
  let divergedAt: number | undefined;
  let taken = 0;
  let loss = mayDiverge ? state.loss() : 0;
  const checkpoints: ExpectedCheckpoint[] = [];
  for (const { segments, snapshotRate } of plan.recordings) {
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
    const checkpoint = state.checkpoint(snapshotRate);
    checkpoints.push(checkpoint);
    if (!goesOn(checkpoint, checkpoints.length - 1)) break;
  }
  return { checkpoints, divergedAt };
}

class RecurrenceState {
  private readonly factors: Float64Array;
  private readonly sigmas: Float64Array;
  /** Bound on the rounding of each factor, to first order. */
  private readonly errors: Float64Array;
  /** Bound on what rounding has made of the difference of the squares of the two factors of each mode. */
  private readonly imbalances: Float64Array;
  /** 1 for each mode whose trajectory rounding may have changed beyond first order. */
  private readonly lost: Float64Array;
  private readonly targetNorm: number;

  constructor(
    private readonly problem: Problem,
    private readonly model: RoundingModel,
  ) {
    this.factors = Float64Array.from(problem.modes, (mode) => Math.sqrt(mode.start));
    this.sigmas = Float64Array.from(problem.modes, (mode) => mode.sigma);
    this.imbalances = new Float64Array(this.factors.length);
    this.lost = new Float64Array(this.factors.length);
    this.targetNorm = Math.sqrt(problem.spectrum.reduce((sum, sigma) => sum + sigma * sigma, 0));
    // The engine rounds what it starts from.
    const layer = this.layerRounding(0);
    this.errors = this.factors.map((factor) => (model.kind === 'matrix' ? layer : model.unitRoundoff * factor));
  }

  step(rate: number): void {
    const { factors, sigmas, errors } = this;
    const { kind, unitRoundoff } = this.model;
    if (kind === 'none') {
      for (let mode = 0; mode < factors.length; mode++) {
        const factor = factors[mode]!;
        factors[mode] = factor - 2 * rate * factor * (factor * factor - sigmas[mode]!);
      }
      return;
    }
    const layer = kind === 'matrix' ? this.layerRounding(rate) : 0;
    for (let mode = 0; mode < factors.length; mode++) {
      const factor = factors[mode]!;
      const sigma = sigmas[mode]!;
      const value = factor * factor;
      const next = factor - 2 * rate * factor * (value - sigma);
      factors[mode] = next;
      const isKept = this.lost[mode] === 1 || (kind === 'matrix' && sigma === 0);
      const propagation = isKept ? 1 : Math.abs(1 + 2 * rate * (sigma - 3 * value));
      if (kind === 'matrix') {
        errors[mode] = errors[mode]! * propagation + layer;
        this.imbalances[mode]! += 4 * Math.abs(factor) * layer;
      } else {
        const increment = 2 * rate * Math.abs(factor) * (5 * Math.abs(sigma - value) + value + 2 * sigma);
        errors[mode] = errors[mode]! * propagation + unitRoundoff * (Math.abs(next) + increment);
      }
      const scale = kind === 'matrix' ? this.scaleOf(mode) : Math.abs(next);
      if (errors[mode]! > LINEAR_SHARE * scale) this.lost[mode] = 1;
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
    const state = [this.factors, this.errors, this.imbalances, this.lost];
    const kept = state.map((values) => values.slice());
    if (snapshotRate > 0) this.step(snapshotRate);
    const checkpoint = { factors: this.factors.slice(), rounding: this.errors.map((_, mode) => this.bound(mode)) };
    state.forEach((values, index) => {
      values.set(kept[index]!);
    });
    return checkpoint;
  }

  /** Bound on the rounding of the layers in one step of engine `matrix`, in the Frobenius norm. */
  private layerRounding(rate: number): number {
    const { factors, sigmas } = this;
    const { hidden, cols } = this.problem;
    let [sum, largest, residual] = [0, 0, 0];
    for (let mode = 0; mode < factors.length; mode++) {
      const value = factors[mode]! ** 2;
      sum += value;
      largest = Math.max(largest, value);
      residual += (sigmas[mode]! - value) ** 2;
    }
    const norm = Math.sqrt(sum);
    const products =
      (hidden + 2) * (sum + this.targetNorm) * Math.sqrt(largest) + (cols + 2) * Math.sqrt(residual) * norm;
    return this.model.unitRoundoff * (norm + 2 * rate * products);
  }

  private bound(mode: number): number {
    const size = Math.abs(this.factors[mode]!);
    const squared = this.imbalances[mode]! ** 2;
    // Never more than the factor itself: beyond, the first-order bound of both factors says more.
    const unbalanced = squared === 0 ? 0 : Math.min(size, squared / (8 * size ** 3));
    return this.errors[mode]! + unbalanced + (this.lost[mode] === 1 ? 3 * this.scaleOf(mode) : 0);
  }

  /** What the factor of a mode is measured against: where it is going or, above that, where it is. */
  private scaleOf(mode: number): number {
    return Math.max(Math.sqrt(this.sigmas[mode]!), Math.abs(this.factors[mode]!));
  }
}
