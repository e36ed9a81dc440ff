import { requireInput } from './invalid-input.js';
import type { Spectrum } from './spectrum.js';

/**
 * One singular mode of a two-layer linear network under gradient flow (claim T0).
 *
 * Both factors of the mode are `√s`, and its singular value `s` obeys `ds/dt = 4 s (σ - s)`. The closed form (Saxe,
 * McClelland and Ganguli 2014) is evaluated as
 *
 *     s = s0 / (E + s0 φ),   σ - s = (σ - s0) E / (E + s0 φ),   E = e^{-4σt},   φ = (1 - E)/σ   (4t where σ = 0),
 *
 * which has no cancellation and only decaying exponentials. Times, here and everywhere, are gradient-flow times of
 * `‖W1W2 - A‖²` (no ½), from 0; `Infinity` gives the limit.
 */
export interface Mode {
  /** Singular value of the task, `σ`; finite, from 0. */
  readonly sigma: number;
  /** Singular value of the network at time 0, `s(0)`; finite, from 0. */
  readonly start: number;
}

/** Beyond this exponent `e^-x` is about to leave the normal doubles. */
const LARGEST_EXPONENT = 700;

/** Below this exponent `(1 - e^-x)/x` is 1 to the last bit. */
export const NEGLIGIBLE_EXPONENT = 1e-17;

/** Both fractions of the closed form at once: {@link singularValue} is `s0 / (E + s0 φ)`, and {@link decay} is `E / (E + s0 φ)`. */
export function fractions({ sigma, start }: Mode, time: number) {
  if (start === 0 || time === 0) return { value: start, decay: 1 };
  const exponent = sigma === 0 ? 0 : 4 * sigma * time;
  const elapsed = exponent < NEGLIGIBLE_EXPONENT ? 4 * time : -Math.expm1(-exponent) / sigma;
  if (exponent < LARGEST_EXPONENT && start <= 1) {
    const remaining = Math.exp(-exponent);
    const total = remaining + start * elapsed;
    return { value: start / total, decay: remaining / total };
  }
  // E alone would underflow while E/s0, which is what counts, is still far from it; s0 φ alone may overflow.
  const remaining = exponent < LARGEST_EXPONENT ? Math.exp(-exponent) / start : Math.exp(-exponent - Math.log(start));
  const total = remaining + elapsed;
  return { value: 1 / total, decay: remaining / total };
}

/**
 * Singular value of the network in this mode at a time of gradient flow (T0).
 *
 * The relative error is a few units in the last place plus `4σt` of them while the mode still grows.
 *
 * @param time gradient-flow time of `‖W1W2 - A‖²` (no ½), from 0; `Infinity` gives the limit
 * @returns `s(time)`, between `start` and `sigma`; zero forever where `start` is zero
 */
export function singularValue(mode: Mode, time: number): number {
  return fractions(mode, time).value;
}

/**
 * What the mode still lacks, `σ - s(time)`, with full relative accuracy even where it is far below the rounding of `σ`.
 *
 * @param time gradient-flow time, from 0; `Infinity` gives the limit
 * @returns the signed gap: negative where the mode starts above `sigma`
 */
export function gap(mode: Mode, time: number): number {
  return (mode.sigma - mode.start) * decay(mode, time);
}

/** Share of the initial gap that is left, `(σ - s(time))/(σ - s(0))`, from 0 to 1, also where the initial gap is zero. */
export function decay(mode: Mode, time: number): number {
  return fractions(mode, time).decay;
}

/**
 * Velocity of the mode, `ds/dt = 4 s (σ - s)`, with full relative accuracy.
 *
 * @param time gradient-flow time, from 0
 */
export function velocity(mode: Mode, time: number): number {
  const { value, decay: share } = fractions(mode, time);
  return 4 * value * ((mode.sigma - mode.start) * share);
}

/**
 * Time at which the mode has a given gap: the inverse of `gap`.
 *
 * `t = ln[(σ - s0)(σ - g)/(s0 g)]/(4σ)`; for `σ = 0`, `t = (1/s - 1/s0)/4` with `s = -g`.
 *
 * @param remaining the gap `g` to reach, with the sign of the initial gap
 * @returns the time, from 0: 0 where the mode starts as near as that, `Infinity` where it never has that gap
 */
export function timeOfGap(mode: Mode, remaining: number): number {
  const { sigma, start } = mode;
  const initial = sigma - start;
  if (Math.abs(initial) <= Math.abs(remaining)) return 0;
  if (start === 0 || !(remaining * Math.sign(initial) > 0)) return Infinity;
  const value = sigma - remaining;
  if (sigma === 0) return (1 / value - 1 / start) / 4;
  if (initial > 0) return (logRatio(initial, remaining) + logRatio(value, start)) / (4 * sigma);
  return (logExcess(sigma, start, -initial) - logExcess(sigma, value, -remaining)) / (4 * sigma);
}

/** `ln(1 - σ/s)` for a value `s` above `σ` by `excess`, accurate far above `σ` and close to it. */
function logExcess(sigma: number, value: number, excess: number): number {
  return value > 2 * sigma ? Math.log1p(-sigma / value) : Math.log(excess / value);
}

/** `ln(a/b)` for two positive numbers, accurate near `a = b` and free of overflow in the ratio. */
export function logRatio(numerator: number, denominator: number): number {
  const ratio = numerator / denominator;
  if (ratio > 0.5 && ratio < 2) return Math.log1p((numerator - denominator) / denominator);
  return Math.log(numerator) - Math.log(denominator);
}

/**
 * Half-time of the mode: the first time at which `s ≥ σ/2`, that is `ln(σ/s0 - 1)/(4σ)` (T0′).
 *
 * @returns the time; 0 where the mode starts at or above `σ/2`, `Infinity` where it never gets there (`start` or `sigma` 0)
 */
export function halfTime(mode: Mode): number {
  if (mode.sigma === 0 || mode.start === 0) return Infinity;
  return mode.start >= mode.sigma / 2 ? 0 : timeOfGap(mode, mode.sigma / 2);
}

/**
 * Upper bound for the factor of a mode that is still unlearned (T0′): `√s(t) ≤ √s0 · e^{2σt}`, that is
 * `e^{-(1 - 2σθ)τ}` with `s0 = e^{-2τ}` and `t = τθ`. It holds at all times where `s0 ≤ σ`, and where `σ = 0`.
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
 * @returns the bound; `Infinity` for a mode that never moves (`start` 0), 0 for a null mode
 */
export function learnedGapBound(mode: Mode, time: number): number {
  if (mode.start === 0) return Infinity;
  if (mode.sigma === 0) return 0;
  return Math.exp(2 * Math.log(mode.sigma) - Math.log(mode.start) - 4 * mode.sigma * time);
}

/** Number of modes that theory calls learned at time `t = τθ`: those with `2σθ > 1` (T0′). */
export function learnedCount(spectrum: Spectrum, theta: number): number {
  return spectrum.filter((sigma) => sigma > 0 && 2 * sigma * theta > 1).length;
}

/**
 * Interval of `θ = t/τ` in which exactly the first `learned` modes are learned (T0′): from `1/(2σ_n)` to `1/(2σ_{n+1})`.
 *
 * @param learned number of learned modes `n`, an integer from 0 to the number of singular values
 * @returns both ends, from 0 to `Infinity`; equal where the n-th and the next singular value are tied
 * @throws InvalidInputError (option `learned`) where `learned` is not such an integer
 */
export function learningWindow(spectrum: Spectrum, learned: number): { readonly from: number; readonly to: number } {
  const valid = Number.isInteger(learned) && learned >= 0 && learned <= spectrum.length;
  requireInput(valid, 'learned', learned, `an integer from 0 to ${spectrum.length}`);
  const last = spectrum[learned - 1];
  const next = spectrum[learned] ?? 0;
  return { from: last === undefined ? 0 : 1 / (2 * last), to: 1 / (2 * next) };
}
