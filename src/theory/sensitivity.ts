import { Matrix } from 'ml-matrix';
import { InvalidInputError, requireInput } from './invalid-input.js';
import { gap, velocity } from './mode.js';
import { loss, type Problem, singularValueSum } from './problem.js';

/** Standard deviations of the noise on every entry of `W1` and of `W2`. */
export type LayerNoise = { readonly [Layer in 'first' | 'second']: number };

/**
 * Expected rise of `‖W1W2 - A‖²` when independent Gaussian noise is added to the weights (T1).
 *
 * `γ1² p ‖W2‖² + γ2² q ‖W1‖² + γ1² γ2² p h q`: exact for any weights, any task `A` (which drops out) and any size of the
 * noise. The noise of a layer meets the *other* layer's weights, and the number of rows (columns) of the product counts
 * the independent rows (columns) of the noise on `W1` (`W2`).
 *
 * @param first `W1`, `p×h`
 * @param second `W2`, `h×q`
 * @param noise `γ1` and `γ2`, or one `γ` for both
 * @throws InvalidInputError where the inner dimensions differ or a noise scale is not from 0 to 1e60
 */
export function expectedExcess(first: Matrix, second: Matrix, noise: LayerNoise | number): number {
  requireChain([first, second]);
  const scales = typeof noise === 'number' ? { first: noise, second: noise } : noise;
  const firstVariance = requireNoiseScale(scales.first) ** 2;
  const secondVariance = requireNoiseScale(scales.second) ** 2;
  const entries = first.rows * first.columns * second.columns;
  return (
    firstVariance * first.rows * squaredNorm(second) +
    secondVariance * second.columns * squaredNorm(first) +
    firstVariance * secondVariance * entries
  );
}

/**
 * Trace of the Hessian of `‖W1W2 - A‖²` in all weights, `2(q‖W1‖² + p‖W2‖²)`, whatever `A` is. Half of it is the
 * coefficient of `γ²` in `expectedExcess` (T1).
 *
 * @param first `W1`, `p×h`
 * @param second `W2`, `h×q`
 * @throws InvalidInputError where the inner dimensions differ
 */
export function hessianTrace(first: Matrix, second: Matrix): number {
  requireChain([first, second]);
  return 2 * (second.columns * squaredNorm(first) + first.rows * squaredNorm(second));
}

/**
 * Expected rise of `‖W1 W2 ⋯ WL - A‖²` when independent Gaussian noise is added to the weights of every layer (T1, depth L).
 *
 * With `M = E[P Pᵀ]` for the product `P` of the layers from the last one back, a layer maps `M` to `W M Wᵀ + γ² tr(M) I`.
 * The noiseless part and the excess are carried apart, so that a tiny noise loses no digits.
 *
 * @param layers `W1 … WL`, each with as many columns as the next one has rows; at least one
 * @param noise one `γ` for all layers, or one per layer in the same order
 * @throws InvalidInputError where the shapes do not chain, the numbers of scales and layers differ, or a scale is not from 0 to 1e60
 */
export function expectedExcessDeep(layers: readonly Matrix[], noise: number | readonly number[]): number {
  requireChain(layers);
  const scales = typeof noise === 'number' ? layers.map(() => noise) : noise;
  const allowed = `${layers.length} noise scales, one per layer`;
  requireInput(scales.length === layers.length, 'gammas', scales.length, allowed);
  let clean = Matrix.eye((layers.at(-1) as Matrix).columns);
  let excess = Matrix.zeros(clean.rows, clean.columns);
  for (let index = layers.length - 1; index >= 0; index -= 1) {
    const layer = layers[index] as Matrix;
    const spread = requireNoiseScale(scales[index] as number) ** 2 * (clean.trace() + excess.trace());
    clean = congruence(layer, clean);
    excess = congruence(layer, excess).add(Matrix.eye(layer.rows, layer.rows, spread));
  }
  return excess.trace();
}

/**
 * Sensitivity along gradient flow (T1 on T0): expected rise of the loss when independent Gaussian noise of scale `gamma`
 * is added to every weight of the checkpoint, `γ²(p+q) Σ s_i(t) + γ⁴ p h q`.
 *
 * @param gamma noise scale `γ`, from 0 to 1e60
 * @param time gradient-flow time, from 0; `Infinity` gives the limit
 * @throws InvalidInputError where `gamma` is out of its range
 */
export function sensitivityAt(problem: Problem, gamma: number, time: number): number {
  return sensitivityOfSum(problem, gamma, singularValueSum(problem, time));
}

/** `sensitivityAt` by the sum of the singular values. */
export function sensitivityOfSum(problem: Problem, gamma: number, sum: number): number {
  return requireNoiseScale(gamma) ** 2 * (problem.rows + problem.cols) * sum + noiseFloor(problem, gamma);
}

/** Sensitivity of a network with zero weights, `γ⁴ p h q`: the part that does not depend on training. */
export function noiseFloor(problem: Problem, gamma: number): number {
  return gamma ** 4 * problem.rows * problem.hidden * problem.cols;
}

/**
 * Time derivative of the sensitivity along gradient flow (T2 ii): `γ² · 4(p+q) Σ s_i(σ_i - s_i)`, which is positive while
 * every mode that moves is below its `σ_i`.
 *
 * @param gamma noise scale `γ`, from 0 to 1e60
 * @param time gradient-flow time, from 0
 * @throws InvalidInputError where `gamma` is out of its range
 */
export function sensitivityVelocityAt(problem: Problem, gamma: number, time: number): number {
  const total = problem.modes.reduce((sum, mode) => sum + velocity(mode, time), 0);
  return requireNoiseScale(gamma) ** 2 * (problem.rows + problem.cols) * total;
}

/**
 * Time derivative of `q‖W1‖² + p‖W2‖²` under gradient flow from any weights (T2 i): `4(p+q)⟨W, A - W⟩` with `W = W1W2`.
 *
 * @param first `W1`, `p×h`
 * @param second `W2`, `h×q`
 * @param target the task `A`, `p×q`
 */
export function sensitivityVelocity(first: Matrix, second: Matrix, target: Matrix): number {
  const product = first.mmul(second);
  return 4 * (product.rows + product.columns) * product.dot(Matrix.sub(target, product));
}

// Noise in proportion to the weights (T8): signal-to-noise ratios are above 0, and others are refused (`InvalidInputError`, option `snr`).

/**
 * Noise scales of a signal-to-noise ratio (T8): `γ_l² = ‖W_l‖²/(n_l · snr)` for a layer of `n_l` entries, so that the
 * expected squared norm of the noise on a layer is the layer's own divided by `snr`.
 * `Infinity` is no noise.
 */
export function relativeNoise(first: Matrix, second: Matrix, snr: number): LayerNoise {
  requireRatio(snr);
  const scale = (layer: Matrix): number => Math.sqrt(squaredNorm(layer) / (layer.rows * layer.columns * snr));
  return { first: scale(first), second: scale(second) };
}

/** Expected rise of the loss under such noise, for any weights: `‖W1‖²‖W2‖²/h · (2/snr + 1/snr²)`, which T1 gives for the scales of T8. */
export function relativeExcess(first: Matrix, second: Matrix, snr: number): number {
  return ((squaredNorm(first) * squaredNorm(second)) / first.columns) * noiseFactor(snr);
}

/** The same along gradient flow from an aligned balanced start (T8): `(Σ s_i(t))²/h · (2/snr + 1/snr²)`. */
export function relativeSensitivityAt(problem: Problem, snr: number, time: number): number {
  return (singularValueSum(problem, time) ** 2 / problem.hidden) * noiseFactor(snr);
}

/** Expected loss there, `Σ(σ_i − s_i)² + κ(Σ s_i)²/h` with `κ = 2/snr + 1/snr²` and what the width cannot learn (T8-valley). */
export function relativePerturbedLossAt(problem: Problem, snr: number, time: number): number {
  return loss(problem, time) + relativeSensitivityAt(problem, snr, time);
}

/**
 * Whether the loss under noise rises from this time on, for ever: every mode is within `κ(Σ s)/h` of what the task asks of it
 * (T8-valley). All starts have to be at or below the task.
 */
export function isPastValley(problem: Problem, snr: number, time: number): boolean {
  const worth = (noiseFactor(snr) * singularValueSum(problem, time)) / problem.hidden;
  return problem.modes.every((mode) => gap(mode, time) <= worth);
}

/**
 * By how much learning the n-th mode fully changes the loss under noise, with the modes before it learned and those after it at
 * zero: `σ_n(κ(2S + σ_n)/h − σ_n)`, S the sum of those before (T8-valley).
 *
 * @param mode its number n, from 1 to the number of modes
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
  requireInput(snr > 0, 'snr', snr, 'a number above 0');
}

/** The fourth power of a noise scale, times the three dimensions, has to stay finite. */
const LARGEST_NOISE_SCALE = 1e60;

/** Hands on a noise scale `γ`; refuses what is not a number from 0 to 1e60. */
export function requireNoiseScale(gamma: number, option = 'gamma'): number {
  requireInput(gamma >= 0 && gamma <= LARGEST_NOISE_SCALE, option, gamma, `a number from 0 to ${LARGEST_NOISE_SCALE}`);
  return gamma;
}

/** Square of the Frobenius norm. */
export function squaredNorm(matrix: Matrix): number {
  let sum = 0;
  for (let row = 0; row < matrix.rows; row += 1) {
    for (let column = 0; column < matrix.columns; column += 1) sum += matrix.get(row, column) ** 2;
  }
  return sum;
}

function congruence(outer: Matrix, inner: Matrix): Matrix {
  return outer.mmul(inner).mmul(outer.transpose());
}

function requireChain(layers: readonly Matrix[]): void {
  requireInput(layers.length > 0, 'layers', 0, 'at least one layer');
  layers.forEach((layer, index) => {
    const next = layers[index + 1];
    if (next !== undefined && layer.columns !== next.rows) {
      const shapes = layers.map(({ rows, columns }) => `${rows}x${columns}`).join(' ');
      throw new InvalidInputError('layers', shapes, 'as many columns in each layer as rows in the next');
    }
  });
}
