import { InvalidInputError } from './invalid-input.js';
import type { Mode } from './mode.js';
import type { Spectrum } from './spectrum.js';

/**
 * Upper bound for the factor of a mode that is still unlearned (T0′): `√s(t) ≤ √s0 · e^{2σt}`, that is
 * `e^{-(1 - 2σθ)τ}` with `s0 = e^{-2τ}` and `t = τθ`. It holds at all times where `s0 ≤ σ`, and where `σ = 0`.
 *
 * @param mode the mode
 * @param time gradient-flow time, from 0
 */
export function unlearnedFactorBound(mode: Mode, time: number): number {
  if (mode.start === 0) return 0;
  const growth = mode.sigma === 0 ? 0 : 2 * mode.sigma * time;
  return Math.exp(growth + Math.log(mode.start) / 2);
}

/**
 * Upper bound for what a learned mode still lacks (T0′): `σ - s(t) ≤ σ²/s0 · e^{-4σt}`, that is `σ² e^{-(4σθ - 2)τ}` with
 * `s0 = e^{-2τ}` and `t = τθ`. It holds at all times where `0 < s0 ≤ σ`.
 *
 * @param mode the mode
 * @param time gradient-flow time, from 0
 * @returns the bound; `Infinity` for a mode that never moves (`start` 0), 0 for a null mode
 */
export function learnedGapBound(mode: Mode, time: number): number {
  if (mode.start === 0) return Infinity;
  if (mode.sigma === 0) return 0;
  return Math.exp(2 * Math.log(mode.sigma) - Math.log(mode.start) - 4 * mode.sigma * time);
}

/**
 * Number of modes that theory calls learned at time `t = τθ`: those with `2σθ > 1` (T0′).
 *
 * @param spectrum singular values of the task
 * @param theta time in units of `τ`, from 0
 */
export function learnedCount(spectrum: Spectrum, theta: number): number {
  return spectrum.filter((sigma) => sigma > 0 && 2 * sigma * theta > 1).length;
}

/**
 * Interval of `θ = t/τ` in which exactly the first `learned` modes are learned (T0′): from `1/(2σ_n)` to `1/(2σ_{n+1})`.
 *
 * @param spectrum singular values of the task
 * @param learned number of learned modes `n`, an integer from 0 to the number of singular values
 * @returns both ends, from 0 to `Infinity`; equal where the n-th and the next singular value are tied
 * @throws InvalidInputError (option `learned`) where `learned` is not such an integer
 */
export function learningWindow(
  spectrum: Spectrum,
  learned: number,
): { readonly from: number; readonly to: number } {
  if (!Number.isInteger(learned) || learned < 0 || learned > spectrum.length) {
    throw new InvalidInputError('learned', learned, `an integer from 0 to ${spectrum.length}`);
  }
  const last = spectrum[learned - 1];
  const next = spectrum[learned] ?? 0;
  return { from: last === undefined ? 0 : 1 / (2 * last), to: 1 / (2 * next) };
}
