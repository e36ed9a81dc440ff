import type { ModeFactors } from './matrix-rounding.js';

/** Rounding of engine `modes`, as it enters the factors of the modes: relative errors; see `RoundingModel`. */
export class ScalarRounding {
  private readonly worst: Float64Array;

  /** @param unit unit roundoff of the arithmetic */
  constructor(
    count: number,
    private readonly unit: number,
  ) {
    this.worst = new Float64Array(count).fill(unit);
  }

  /** Everything that a step changes. */
  get state(): readonly Float64Array[] {
    return [this.worst];
  }

  /** Takes the errors through the step that the factors are about to make, and adds those of the step itself. */
  step({ factors, sigmas }: ModeFactors, rate: number): void {
    for (let mode = 0; mode < factors.length; mode++) {
      const sigma = sigmas[mode]!;
      const value = factors[mode]! ** 2;
      const growth = 1 + 2 * rate * (sigma - value);
      const propagation = Math.abs(1 - (4 * rate * value) / growth);
      const added = this.unit * (1 + 2 * rate * (5 * Math.abs(sigma - value) + value + 2 * sigma));
      this.worst[mode] = this.worst[mode]! * propagation + added;
    }
  }

  /** Bound on the relative error of the factor of a mode, to first order. */
  relativeBound(mode: number): number {
    return this.worst[mode]!;
  }
}
