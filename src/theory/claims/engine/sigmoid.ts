import type { Mode } from '../../mode.js';

/** A mode at one time. */
export interface ModeState {
  /** Singular value `s`. */
  readonly value: number;
  /** `σ - s`, with full relative accuracy. */
  readonly gap: number;
}

/**
 * A mode under gradient flow by the sigmoid as it was published (Saxe, McClelland and Ganguli 2014),
 * `s = σ/(1 + (σ/s0 - 1) e^{-4σt})`, and `s0/(1 + 4 s0 t)` for `σ = 0`: what claims compare our own evaluation with.
 *
 * @param mode the mode
 * @param time gradient-flow time, from 0; `Infinity` gives the limit
 */
export function sigmoid({ sigma, start }: Mode, time: number): ModeState {
  if (start === 0) return { value: 0, gap: sigma };
  if (sigma === 0) {
    const value = start / (1 + 4 * start * time);
    return { value, gap: -value };
  }
  const left = Math.exp(-4 * sigma * time);
  const lacking = ((sigma - start) / start) * left;
  // The same sum without cancellation far above σ.
  const total = start > sigma ? (sigma / start) * left - Math.expm1(-4 * sigma * time) : 1 + lacking;
  const value = sigma / total;
  return { value, gap: value * lacking };
}
