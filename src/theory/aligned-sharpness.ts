import { singularValue } from './mode.js';
import type { Problem } from './problem.js';

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
 * @param problem the problem
 * @param singularValues `s_i`, one per mode, each from 0
 * @returns the sharpness, never below 0
 */
export function alignedSharpness(
  { rows, hidden, cols, modes, unlearnable }: Problem,
  singularValues: ArrayLike<number>,
): number {
  let largest = 0;
  const see = (eigenvalue: number) => {
    if (!(eigenvalue <= largest)) largest = eigenvalue;
  };
  const beyond = unlearnable[0] ?? 0;
  modes.forEach(({ sigma }, i) => {
    const value = singularValues[i]!;
    const residual = value - sigma;
    see(2 * (value + residual + value));
    see(-2 * residual);
    if (hidden > Math.min(rows, cols)) see(2 * Math.abs(residual));
    if (Math.max(rows, cols) > modes.length) see(2 * (value + beyond));
    for (let j = 0; j < i; j += 1) {
      const other = singularValues[j]!;
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

/**
 * Sharpness along the gradient flow of a problem.
 *
 * @param problem the problem
 * @param time gradient-flow time, from 0; `Infinity` gives the limit, `4σ_1`
 */
export function sharpnessAt(problem: Problem, time: number): number {
  return alignedSharpness(
    problem,
    problem.modes.map((mode) => singularValue(mode, time)),
  );
}
