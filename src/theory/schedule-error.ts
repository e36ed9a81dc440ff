import type { Mode } from './mode.js';
import type { Problem } from './problem.js';

/**
 * Largest learning rate for which `endPointConstant` is proved, `1/(8 max(σ, s_0))`: a quarter of the stability limit
 * `1/(2σ)`. Infinite for a mode that starts at zero, which no rate moves.
 *
 * @param mode the mode
 */
export function largestCoveredRate(mode: Mode): number {
  return mode.start === 0 ? Infinity : 1 / (8 * Math.max(mode.sigma, mode.start));
}

/**
 * The constant `C` of T9 for one mode: gradient descent with *any* rates `η_1 … η_K` that add up to `T`, none above
 * `largestCoveredRate`, ends within `C · max η_k` of gradient flow at time `T`, whatever `K` and `T` are:
 *
 *     |s_K - s(T)| ≤ C max η_k,   C = σ² max(8/e, 2/7 (ln⁺(σ/s_0 - 1) + ln 4))   for 0 < s_0 < σ,
 *                                 C = 16/7 (s_0 - σ)(2s_0 - σ)                    for s_0 ≥ σ,
 *                                 C = 0                                           for s_0 = 0.
 *
 * Two schedules with equal sums therefore end within `C (max η_k + max η′_k)` of each other.
 *
 * Proof for `s_0 < σ`. With `u = s/σ` and `ε_k = 2η_kσ ≤ ¼` a step is `u′ = u(1 + ε(1-u))²`, and `1 - u′ = (1-u)(1 - b)` with
 * `b = 2εu + ε²u(1-u)`, `2εu ≤ b ≤ 2ε ≤ ½`. In `x = ln(u/(1-u))` gradient flow advances by exactly `2ε` and the step by
 * `2 ln(1 + ε(1-u)) - ln(1-b)`, which exceeds `2ε` by at least `-ε²` and at most `ε²(u(1-u) + u²(2 + ε(1-u))²) ≤ 4ε²u`.
 * Let `y = 4σT = Σ 2ε_k`, `x(T) = x_0 + y`, `ε` the largest `ε_k` and `x_K = x(T) + Δ`; `s = σ/(1 + e^{-x})` has slope `σu(1-u)`.
 * If `Δ ≥ 0`: `Σ 2ε_k u_k ≤ Σ b_k ≤ -ln(1 - u_K) ≤ Δ - ln(1 - u(T))`, so that `Δ ≤ 2ε(Δ - ln(1 - u(T)))`, `Δ ≤ -4ε ln(1 - u(T))`, and
 * `s` moves by at most `σ(1 - u(T))Δ ≤ 4σε/e = (8/e)σ²η`. If `Δ < 0`: `|Δ| ≤ εy/2 ≤ y/8`, and with `m = ln⁺(σ/s_0 - 1)` the slope beyond
 * `x_0 + 7y/8` is at most `σ min(¼, e^{m - 7y/8})`, so that `s` moves by at most `σ(ε/2)(8/7)(m + ln 4)/4 = 2/7 σ²η(m + ln 4)`.
 *
 * Proof for `s_0 ≥ σ`. Flow and descent both fall toward `σ`, and flow brings two points above `σ` no further apart, so that
 * the errors of single steps add. Each is at most `8η²s(s-σ)(2s-σ)`, a step lowers `s` by at least `7/2 ηs(s-σ)`, and
 * `Σ (s_k - s_{k+1}) ≤ s_0 - σ`.
 *
 * @param mode the mode
 * @returns `C`, in units of a singular value per unit of learning rate
 */
export function endPointConstant({ sigma, start }: Mode): number {
  if (start === 0) return 0;
  if (start >= sigma) return (16 / 7) * (start - sigma) * (2 * start - sigma);
  const growth = Math.max(0, Math.log(sigma / start - 1)) + Math.log(4);
  return sigma * sigma * Math.max(8 / Math.E, (2 / 7) * growth);
}

/**
 * How far the loss after gradient descent can be from the loss of gradient flow at the same `Σ η_k` (T9):
 * `2 max η Σ_i C_i |σ_i - s_i(0)|`, as neither leaves the interval between `s_i(0)` and `σ_i`.
 *
 * @param problem the problem
 * @param peak the largest learning rate, at most `largestCoveredRate` of every mode
 */
export function lossEndPointBound(problem: Problem, peak: number): number {
  return problem.modes.reduce(
    (sum, mode) => sum + 2 * peak * endPointConstant(mode) * Math.abs(mode.sigma - mode.start),
    0,
  );
}
