import type { Entries, Symmetric } from './plane.js';

/** Covariance of the rounding errors of the factor `X` of one plane, 4×4 in the row-major order of its entries. */
export class PlaneRounding {
  private readonly covariance = new Float64Array(16);
  private readonly derivative = new Float64Array(16);
  private readonly half = new Float64Array(16);

  /**
   * Takes the errors through one step `X ← X − 2η(XXᵀ − G)X` by its exact derivative, and adds those of the step itself.
   *
   * @param factor X before the step
   * @param residual `XXᵀ − G` there
   * @param added standard deviation of the new error of each entry
   */
  step(factor: Entries, residual: Symmetric, rate: number, added: number): void {
    this.differentiate(factor, residual, rate);
    const { covariance, derivative, half } = this;
    multiply(derivative, covariance, half);
    multiplyByTranspose(half, derivative, covariance);
    for (let entry = 0; entry < 16; entry += 5) covariance[entry]! += added * added;
  }

  /** Sum of the variances of the entries of X. */
  total(): number {
    const { covariance } = this;
    return covariance[0]! + covariance[5]! + covariance[10]! + covariance[15]!;
  }

  /** Variance of `XXᵀ` in the Frobenius norm, to first order. */
  ofProduct([p, q, r, s]: Entries): number {
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
  private differentiate([p, q, r, s]: Entries, { a, b, c }: Symmetric, rate: number): void {
    const { derivative } = this;
    const pace = 2 * rate;
    const within = [p * p + r * r, p * q + r * s, q * q + s * s];
    const [upper, cross, lower] = within as [number, number, number];
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
