import { Matrix } from 'ml-matrix';
import type { Weights } from './balance.js';
import { type LanczosOptions, largestEigenvalue, type SymmetricMap } from './lanczos.js';
import { type Problem, singularValues } from './problem.js';
import type { Spectrum } from './spectrum.js';

/**
 * The Hessian of `‖W1W2 - A‖²` in all weights, as a map of directions `(X1, X2)`:
 * `2(dW W2ᵀ + (W - A)X2ᵀ)` on `W1` and `2(W1ᵀdW + X1ᵀ(W - A))` on `W2`, with `dW = X1W2 + W1X2`.
 */
export function hessianOf(first: Matrix, second: Matrix, task: Matrix): (direction: Weights) => Weights {
  const split = first.rows * first.columns;
  const map = hessianMap(first, second, task);
  const along = new Float64Array(split + second.rows * second.columns);
  return (direction) => {
    along.set(direction.first.to1DArray());
    along.set(direction.second.to1DArray(), split);
    const product = map(along);
    return {
      first: Matrix.from1DArray(first.rows, first.columns, product.subarray(0, split)),
      second: Matrix.from1DArray(second.rows, second.columns, product.subarray(split)),
    };
  };
}

/**
 * Sharpness of `‖W1W2 - A‖²`: the largest eigenvalue of its Hessian in all weights, matrix-free. At the balanced minimum it is
 * `4σ_1`, and gradient descent at a minimum is stable below the rate `2/sharpness` (T2 iii). With a pull `λ` toward `W_0` the Hessian
 * is `1 + λ` times that of `A_eff` (T5).
 *
 * @param options tolerance, and the first vector: all weights of a direction, those of `W1` row by row and then those of `W2`
 * @returns the sharpness, never negative except by rounding; NaN where a weight is not finite
 */
export function sharpness(first: Matrix, second: Matrix, task: Matrix, options: LanczosOptions = {}): number {
  const size = first.rows * first.columns + second.rows * second.columns;
  return largestEigenvalue(hessianMap(first, second, task), size, options);
}

/**
 * The Hessian as a map of all weights of a direction, those of `X1` row by row and then those of `X2`. On plain arrays, since a search
 * for an eigenvalue applies it dozens of times.
 */
function hessianMap(first: Matrix, second: Matrix, task: Matrix): SymmetricMap {
  const [rows, hidden, cols] = [first.rows, first.columns, second.columns];
  const [w1, w2] = [flat(first), flat(second)];
  const residual = flat(first.mmul(second).sub(task));
  const change = new Float64Array(rows * cols);
  return (direction) => {
    const x1 = direction.subarray(0, rows * hidden);
    const x2 = direction.subarray(rows * hidden);
    const product = new Float64Array(direction.length);
    // Two entries at a time, so that no sum waits for the one before; a last one without a partner is its own.
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j += 2) {
        const next = Math.min(j + 1, cols - 1);
        let byFirst = 0;
        let bySecond = 0;
        let nextByFirst = 0;
        let nextBySecond = 0;
        for (let k = 0; k < hidden; k++) {
          const onFirst = x1[i * hidden + k]!;
          const weight = w1[i * hidden + k]!;
          byFirst += onFirst * w2[k * cols + j]!;
          bySecond += weight * x2[k * cols + j]!;
          nextByFirst += onFirst * w2[k * cols + next]!;
          nextBySecond += weight * x2[k * cols + next]!;
        }
        change[i * cols + j] = byFirst + bySecond;
        change[i * cols + next] = nextByFirst + nextBySecond;
      }
    }
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k < hidden; k += 2) {
        const next = Math.min(k + 1, hidden - 1);
        let moved = 0;
        let left = 0;
        let nextMoved = 0;
        let nextLeft = 0;
        for (let j = 0; j < cols; j++) {
          const changed = change[i * cols + j]!;
          const missing = residual[i * cols + j]!;
          moved += changed * w2[k * cols + j]!;
          left += missing * x2[k * cols + j]!;
          nextMoved += changed * w2[next * cols + j]!;
          nextLeft += missing * x2[next * cols + j]!;
        }
        product[i * hidden + k] = (moved + left) * 2;
        product[i * hidden + next] = (nextMoved + nextLeft) * 2;
      }
    }
    for (let k = 0; k < hidden; k++) {
      for (let j = 0; j < cols; j += 2) {
        const next = Math.min(j + 1, cols - 1);
        let moved = 0;
        let left = 0;
        let nextMoved = 0;
        let nextLeft = 0;
        for (let i = 0; i < rows; i++) {
          const weight = w1[i * hidden + k]!;
          const onFirst = x1[i * hidden + k]!;
          moved += weight * change[i * cols + j]!;
          left += onFirst * residual[i * cols + j]!;
          nextMoved += weight * change[i * cols + next]!;
          nextLeft += onFirst * residual[i * cols + next]!;
        }
        product[rows * hidden + k * cols + j] = (moved + left) * 2;
        product[rows * hidden + k * cols + next] = (nextMoved + nextLeft) * 2;
      }
    }
    return product;
  };
}

function flat(matrix: Matrix): Float64Array {
  return Float64Array.from(matrix.to1DArray());
}

/**
 * Sharpness of `‖W1W2 - A‖²` at an aligned balanced network with singular values `s_i`: the largest eigenvalue of the Hessian in
 * all weights, in closed form (T2-sharpness).
 *
 * In the singular bases both layers are diagonal with `D_i = √s_i`, and so is the residual with `r_i = s_i - σ_i`. The Hessian
 * maps a direction to `2((X1W2 + W1X2)W2ᵀ + RX2ᵀ)` and `2(W1ᵀ(X1W2 + W1X2) + X1ᵀR)`, so that it couples the entries `(i, j)` and `(j, i)`
 * of both layers and nothing else. On the diagonal that leaves `[[s_i, s_i + r_i], [s_i + r_i, s_i]]`, with the eigenvalues `3s_i - σ_i`
 * and `σ_i - s_i`. Off it, sums and differences of `X1_ij` with `X2_ji` and of `X2_ij` with `X1_ji` leave `[[s_j ± r_i, D_iD_j],
 * [D_iD_j, s_i ± r_j]]`. Where the second index is beyond the hidden width, `X2_ij` and `X1_ji` alone are there: `s_i ± r_j`; where it is
 * beyond rows and columns, `X1_ij` and `X2_ji` leave `± r_i`, and `X2_ij` or `X1_ji`, whichever exists, `s_i`. All of them count twice.
 *
 * @param values `s_i`, one per mode, each from 0
 * @returns the sharpness, never below 0
 */
export function alignedSharpness(
  { rows, hidden, cols, modes, unlearnable }: Problem,
  values: ArrayLike<number>,
): number {
  let largest = 0;
  const see = (eigenvalue: number) => {
    if (!(eigenvalue <= largest)) largest = eigenvalue;
  };
  const beyond = unlearnable[0] ?? 0;
  modes.forEach(({ sigma }, i) => {
    const value = values[i]!;
    const residual = value - sigma;
    see(2 * (value + residual + value));
    see(-2 * residual);
    if (hidden > Math.min(rows, cols)) see(2 * Math.abs(residual));
    if (Math.max(rows, cols) > modes.length) see(2 * (value + beyond));
    for (let j = 0; j < i; j += 1) {
      const other = values[j]!;
      const otherResidual = other - modes[j]!.sigma;
      for (const sign of [1, -1]) {
        const sum = value + other + sign * (residual + otherResidual);
        const difference = other - value + sign * (residual - otherResidual);
        see(sum + Math.hypot(difference, 2 * Math.sqrt(value * other)));
      }
    }
  });
  return largest;
}

/** Sharpness along the gradient flow of a problem; its limit is `4σ_1`. */
export function sharpnessAt(problem: Problem, time: number): number {
  return alignedSharpness(problem, singularValues(problem, time));
}

/** Largest eigenvalue of the Hessian of `‖W1W2 - A‖²` at the balanced minimum, `4σ_1` (T2 iii). */
export function sharpnessAtMinimum(spectrum: Spectrum): number {
  return 4 * (spectrum[0] as number);
}

/** Largest learning rate at which the balanced minimum is stable under gradient descent, `2/(4σ_1) = 1/(2σ_1)` (T2 iii). */
export function stabilityLimit(spectrum: Spectrum): number {
  return 2 / sharpnessAtMinimum(spectrum);
}
