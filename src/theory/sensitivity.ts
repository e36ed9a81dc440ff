import { Matrix } from 'ml-matrix';
import { InvalidInputError } from './invalid-input.js';
import { requireNoiseScale } from './noise-scale.js';

/** Noise scales of the two layers. */
export interface LayerNoise {
  /** Standard deviation of the noise on every entry of `W1`. */
  readonly first: number;
  /** Standard deviation of the noise on every entry of `W2`. */
  readonly second: number;
}

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
  if (scales.length !== layers.length) {
    throw new InvalidInputError('gammas', scales.length, `${layers.length} noise scales, one per layer`);
  }
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
  if (layers.length === 0) throw new InvalidInputError('layers', 0, 'at least one layer');
  layers.forEach((layer, index) => {
    const next = layers[index + 1];
    if (next !== undefined && layer.columns !== next.rows) {
      const shapes = layers.map(({ rows, columns }) => `${rows}x${columns}`).join(' ');
      throw new InvalidInputError('layers', shapes, 'as many columns in each layer as rows in the next');
    }
  });
}
