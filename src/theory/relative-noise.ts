import type { Matrix } from 'ml-matrix';
import { InvalidInputError } from './invalid-input.js';
import { singularValue } from './mode.js';
import type { Problem } from './problem.js';
import { type LayerNoise, squaredNorm } from './sensitivity.js';

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

function noiseFactor(snr: number): number {
  requireRatio(snr);
  return 2 / snr + 1 / snr ** 2;
}

function requireRatio(snr: number): void {
  if (!(snr > 0)) throw new InvalidInputError('snr', snr, 'a number above 0');
}
