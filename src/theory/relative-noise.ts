import type { Matrix } from 'ml-matrix';
import { InvalidInputError } from './invalid-input.js';
import { gap, singularValue } from './mode.js';
import type { Problem } from './problem.js';
import { type LayerNoise, squaredNorm } from './sensitivity.js';
import { loss } from './trajectory.js';

/**
 * Noise scales of a signal-to-noise ratio (T8): `γ_l² = ‖W_l‖²/(n_l · snr)` for a layer of `n_l` entries, so that the
 * expected squared norm of the noise on a layer is the layer's own divided by `snr`.
 *
 * @param first `W1`
 * @param second `W2`
 * @param snr signal-to-noise ratio, above 0 (`Infinity` is no noise)
 * @throws InvalidInputError (option `snr`) where it is not above 0
 */
export function relativeNoise(first: Matrix, second: Matrix, snr: number): LayerNoise {
  requireRatio(snr);
  const scale = (layer: Matrix): number => Math.sqrt(squaredNorm(layer) / (layer.rows * layer.columns * snr));
  return { first: scale(first), second: scale(second) };
}

/**
 * Expected rise of the loss under noise of a signal-to-noise ratio, for any weights:
 * `‖W1‖²‖W2‖²/h · (2/snr + 1/snr²)`, which T1 gives for the scales of T8.
 *
 * @param first `W1`, `p×h`
 * @param second `W2`, `h×q`
 * @param snr signal-to-noise ratio, above 0
 * @throws InvalidInputError (option `snr`) where it is not above 0
 */
export function relativeExcess(first: Matrix, second: Matrix, snr: number): number {
  return ((squaredNorm(first) * squaredNorm(second)) / first.columns) * noiseFactor(snr);
}

/**
 * The same along gradient flow from an aligned balanced start (T8): `(Σ s_i(t))²/h · (2/snr + 1/snr²)`.
 *
 * @param problem the problem
 * @param snr signal-to-noise ratio, above 0
 * @param time gradient-flow time, from 0; `Infinity` gives the limit
 * @throws InvalidInputError (option `snr`) where it is not above 0
 */
export function relativeSensitivityAt(problem: Problem, snr: number, time: number): number {
  const total = problem.modes.reduce((sum, mode) => sum + singularValue(mode, time), 0);
  return (total ** 2 / problem.hidden) * noiseFactor(snr);
}

/**
 * Expected loss under noise of a signal-to-noise ratio along gradient flow, `Σ(σ_i − s_i)² + κ(Σ s_i)²/h` with
 * `κ = 2/snr + 1/snr²` and what the width cannot learn (T8-valley).
 *
 * @param problem the problem
 * @param snr signal-to-noise ratio, above 0
 * @param time gradient-flow time, from 0; `Infinity` gives the limit
 * @throws InvalidInputError (option `snr`) where it is not above 0
 */
export function relativePerturbedLossAt(problem: Problem, snr: number, time: number): number {
  return loss(problem, time) + relativeSensitivityAt(problem, snr, time);
}

/**
 * Whether the loss under noise rises from this time on, for ever: every mode is within `κ(Σ s)/h` of what the task asks of it
 * (T8-valley).
 *
 * @param problem the problem, with all starts at or below the task
 * @param snr signal-to-noise ratio, above 0
 * @param time gradient-flow time, from 0
 * @throws InvalidInputError (option `snr`) where it is not above 0
 */
export function isPastValley(problem: Problem, snr: number, time: number): boolean {
  const total = problem.modes.reduce((sum, mode) => sum + singularValue(mode, time), 0);
  const worth = (noiseFactor(snr) * total) / problem.hidden;
  return problem.modes.every((mode) => gap(mode, time) <= worth);
}

/**
 * By how much learning the n-th mode fully changes the loss under noise, with the modes before it learned and those after it at
 * zero: `σ_n(κ(2S + σ_n)/h − σ_n)`, S the sum of those before (T8-valley).
 *
 * @param problem the problem
 * @param snr signal-to-noise ratio, above 0
 * @param mode its number n, from 1 to the number of modes
 * @throws InvalidInputError (option `snr`) where it is not above 0
 */
export function stagedRelativeStep(problem: Problem, snr: number, mode: number): number {
  const before = problem.modes.slice(0, mode - 1).reduce((sum, { sigma }) => sum + sigma, 0);
  const { sigma } = problem.modes[mode - 1]!;
  return sigma * ((noiseFactor(snr) * (2 * before + sigma)) / problem.hidden - sigma);
}

function noiseFactor(snr: number): number {
  requireRatio(snr);
  return 2 / snr + 1 / snr ** 2;
}

function requireRatio(snr: number): void {
  if (!(snr > 0)) throw new InvalidInputError('snr', snr, 'a number above 0');
}
