import type { NetworkShape } from '../backends/backend.js';
import { likelyError } from '../training/rounding.js';
import { type Entries, eigenvaluesOf, gram, largestEigenvalue, type Symmetric } from './plane.js';

/** Standard deviations at which roundings that are not all equal are bounded. */
const DEVIATIONS = 6;

/** Perturbation of the factor of every plane by one step, for unit roundoff 1. */
export interface StepRounding {
  /** Standard deviation. */
  readonly random: number;
  readonly worst: number;
  /** The same where the roundings within one sum have random signs, as is likely. */
  readonly likely: number;
  /** Correlation with the perturbations of the step before, see `RoundingMemory`. */
  readonly correlation: number;
}

/**
 * Rounding errors of the factor `X` of one plane, for unit roundoff 1: as a covariance, 4×4 in the row-major order of its entries,
 * and as what they come to where all go one way.
 */
export class PlaneRounding {
  private readonly covariance = new Float64Array(16);
  /** Covariance of the errors with the latest roundings. */
  private readonly shared = new Float64Array(16);
  private readonly derivative = new Float64Array(16);
  private readonly half = new Float64Array(16);
  /** Standard deviation of the latest roundings. */
  private latest = 0;
  /** Errors that may all go one way where steps contract and can stall. */
  private systematic = 0;
  private likelySystematic = 0;
  /** Errors if all went one way, whatever steps do. */
  private aligned = 0;

  /**
   * Takes the errors through one step `X ← X − 2η(XXᵀ − G)X` by its exact derivative, and adds those of the step itself.
   *
   * @param factor X before the step
   * @param product `XXᵀ` there
   * @param residual `XXᵀ − G` there
   * @param rounding new error of each entry
   */
  step(factor: Entries, product: Symmetric, residual: Symmetric, rate: number, rounding: StepRounding): void {
    this.differentiate(factor, residual, rate);
    const ofProduct = eigenvaluesOf(product);
    const { smallest: lowest, largest } = eigenvaluesOf(residual);
    // What the slowest direction keeps of an error; rotations of the hidden units aside, which the product does not see.
    const kept = 1 - 2 * rate * (lowest + 2 * ofProduct.smallest);
    // What is added up as in the worst case is not counted again as random.
    this.correlate(rounding, kept > 1);
    this.systematic = this.systematic * Math.abs(kept) + (kept <= 1 ? rounding.worst : 0);
    this.likelySystematic = this.likelySystematic * Math.abs(kept) + (kept <= 1 ? rounding.likely : 0);
    // The derivative is symmetric, between these eigenvalues: 1 − 2η of a residual, and up to twice XXᵀ more.
    const highest = largest + 2 * ofProduct.largest;
    const stretch = Math.max(Math.abs(1 - 2 * rate * lowest), Math.abs(1 - 2 * rate * highest));
    this.aligned = this.aligned * stretch + rounding.worst;
  }

  /** Bound on the error of X in the Frobenius norm, for unit roundoff 1. */
  bound(): number {
    return Math.min(this.aligned, DEVIATIONS * Math.sqrt(this.total()) + this.systematic);
  }

  /** Bound on the error of `XXᵀ` in the Frobenius norm, to first order and for unit roundoff 1. */
  productBound(factor: Entries): number {
    const slope = 2 * Math.sqrt(largestEigenvalue(gram(factor)));
    const statistical = DEVIATIONS * Math.sqrt(this.ofProduct(factor)) + slope * this.systematic;
    return Math.min(slope * this.aligned, statistical);
  }

  /** What the error of `XXᵀ` is likely to be where the bound allows more, for unit roundoff 1. */
  likely(factor: Entries, shape: NetworkShape): number {
    const slope = 2 * Math.sqrt(largestEigenvalue(gram(factor)));
    return likelyError(shape, {
      aligned: slope * this.aligned,
      systematic: slope * this.likelySystematic,
      deviation: Math.sqrt(this.ofProduct(factor)),
    });
  }

  /**
   * Covariance of `e′ = J e + n`, where the roundings n are correlated from step to step.
   *
   * @param isAdded whether n is added at all
   */
  private correlate({ random, correlation }: StepRounding, isAdded: boolean): void {
    const { covariance, shared, derivative, half } = this;
    multiply(derivative, covariance, half);
    multiplyByTranspose(half, derivative, covariance);
    const variance = isAdded ? random * random : 0;
    const carried = this.latest > 0 ? (correlation * random) / this.latest : 0;
    if (carried > 0) {
      multiply(derivative, shared, half);
      for (let row = 0; row < 4; row++) {
        for (let column = 0; column < 4; column++) {
          const value = carried * half[4 * row + column]!;
          covariance[4 * row + column]! += value;
          covariance[4 * column + row]! += value;
          shared[4 * row + column] = value;
        }
      }
    } else shared.fill(0);
    for (let entry = 0; entry < 16; entry += 5) {
      covariance[entry]! += variance;
      shared[entry]! += variance;
    }
    this.latest = random;
  }

  /** Sum of the variances of the entries of X. */
  private total(): number {
    const { covariance } = this;
    return covariance[0]! + covariance[5]! + covariance[10]! + covariance[15]!;
  }

  /** Variance of `XXᵀ` in the Frobenius norm, to first order. */
  private ofProduct([p, q, r, s]: Entries): number {
    const { covariance } = this;
    // Row by row, how the entries a, b√2 and c of XXᵀ = [[a, b], [b, c]] move with the entries of X.
    const rows = [
      [2 * p, 2 * q, 0, 0],
      [Math.SQRT2 * r, Math.SQRT2 * s, Math.SQRT2 * p, Math.SQRT2 * q],
      [0, 0, 2 * r, 2 * s],
    ];
    let variance = 0;
    for (const row of rows) {
      for (let i = 0; i < 4; i++) {
        for (let j = 0; j < 4; j++) variance += row[i]! * covariance[4 * i + j]! * row[j]!;
      }
    }
    return Math.max(0, variance);
  }

  /**
   * `∂X′_rc/∂X_ij = δ_ri δ_cj − 2η [(XXᵀ − G)_ri δ_cj + δ_ri (XᵀX)_jc + X_rj X_ic]`.
   */
  private differentiate(factor: Entries, { a, b, c }: Symmetric, rate: number): void {
    const { derivative } = this;
    const p = factor[0];
    const q = factor[1];
    const r = factor[2];
    const s = factor[3];
    const pace = 2 * rate;
    const upper = p * p + r * r;
    const cross = p * q + r * s;
    const lower = q * q + s * s;
    derivative[0] = 1 - pace * (a + upper + p * p);
    derivative[1] = -pace * (cross + q * p);
    derivative[2] = -pace * (b + p * r);
    derivative[3] = -pace * (q * r);
    derivative[4] = -pace * (cross + p * q);
    derivative[5] = 1 - pace * (a + lower + q * q);
    derivative[6] = -pace * (p * s);
    derivative[7] = -pace * (b + q * s);
    derivative[8] = -pace * (b + r * p);
    derivative[9] = -pace * (s * p);
    derivative[10] = 1 - pace * (c + upper + r * r);
    derivative[11] = -pace * (cross + s * r);
    derivative[12] = -pace * (r * q);
    derivative[13] = -pace * (b + s * q);
    derivative[14] = -pace * (cross + r * s);
    derivative[15] = 1 - pace * (c + lower + s * s);
  }
}

function multiply(left: Float64Array, right: Float64Array, result: Float64Array): void {
  for (let row = 0; row < 16; row += 4) {
    for (let column = 0; column < 4; column++) {
      result[row + column] =
        left[row]! * right[column]! +
        left[row + 1]! * right[column + 4]! +
        left[row + 2]! * right[column + 8]! +
        left[row + 3]! * right[column + 12]!;
    }
  }
}

function multiplyByTranspose(left: Float64Array, right: Float64Array, result: Float64Array): void {
  for (let row = 0; row < 16; row += 4) {
    for (let column = 0; column < 4; column++) {
      const at = 4 * column;
      result[row + column] =
        left[row]! * right[at]! +
        left[row + 1]! * right[at + 1]! +
        left[row + 2]! * right[at + 2]! +
        left[row + 3]! * right[at + 3]!;
    }
  }
}
