import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import type { Weights } from './balance.js';
import { requireInput } from './invalid-input.js';

// What the norms of two layers decide (T6): the least sensitivity of a product, the least loss of bounded layers, and the
// sensitivity and the steps of layers of constant norm.

/**
 * Least possible value of `q‖W1‖² + p‖W2‖²` over all factorisations `W = W1W2`, of any width: `2√(pq)‖W‖_*` (T6).
 *
 * By T1, no way of training can make the coefficient of `γ²` in the sensitivity of `W` smaller than this.
 */
export function sensitivityFloor(product: Matrix): number {
  return 2 * Math.sqrt(product.rows * product.columns) * nuclearNorm(product);
}

/** Sum of the singular values, `‖W‖_*`. */
export function nuclearNorm(matrix: Matrix): number {
  const { diagonal } = new SingularValueDecomposition(matrix, {
    autoTranspose: true,
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
  });
  return diagonal.reduce((sum, value) => sum + value, 0);
}

/**
 * A factorisation that attains the floor of T6: `W1 = (p/q)^{1/4} U√Σ`, `W2 = (q/p)^{1/4} √Σ Vᵀ`, so that
 * `q W1ᵀW1 = p W2W2ᵀ`.
 *
 * @param hidden width `h`, an integer from `min(p, q)` on (the default); wider factors are padded with zeros
 * @throws InvalidInputError (option `hidden`) where `hidden` is not such an integer
 */
export function leastSensitiveFactors(product: Matrix, hidden?: number): Weights {
  const { rows, columns } = product;
  const least = Math.min(rows, columns);
  const width = hidden ?? least;
  const allowed = `an integer of at least ${least}, which is min(rows, cols)`;
  requireInput(Number.isInteger(width) && width >= least, 'hidden', width, allowed);
  // Without autoTranspose a wide matrix makes the library print a warning.
  const { leftSingularVectors, rightSingularVectors, diagonal } = new SingularValueDecomposition(product, {
    autoTranspose: true,
  });
  const scale = (rows / columns) ** 0.25;
  const first = Matrix.zeros(rows, width);
  const second = Matrix.zeros(width, columns);
  for (let mode = 0; mode < least; mode += 1) {
    const factor = Math.sqrt(diagonal[mode] as number);
    first.setColumn(mode, leftSingularVectors.getColumnVector(mode).mul(scale * factor));
    const row = rightSingularVectors.getColumn(mode).map((entry) => (factor / scale) * entry);
    second.setRow(mode, row);
  }
  return { first, second };
}

/**
 * Least loss of a two-layer network whose layers have norms of at most ρ1 and ρ2 (T6-sphere). Then `‖W1W2‖_* ≤ ρ1ρ2`, and the nearest matrix
 * in this ball has the singular vectors of the task and its h largest singular values less the same number μ, as far as they are
 * above it: `s_i = max(σ_i − μ, 0)` with `Σ s_i = ρ1ρ2`, or μ = 0 where they fit.
 *
 * @param spectrum singular values of the task, non-increasing, from 0
 * @param hidden width h, an integer from 1
 * @param radius `ρ1ρ2`, finite and from 0
 * @returns its singular values, as many as those of the task and in the same order, and its loss `‖W − A‖²`
 * @throws InvalidInputError (`hidden`, `radius`) where these are out of their range
 */
export function nearestInNuclearBall(spectrum: readonly number[], hidden: number, radius: number) {
  requireInput(Number.isInteger(hidden) && hidden >= 1, 'hidden', hidden, 'an integer from 1');
  requireInput(radius >= 0 && radius < Infinity, 'radius', radius, 'a finite number from 0');
  const shrinkage = shrinkageOf(spectrum.slice(0, hidden), radius);
  const values = spectrum.map((sigma, index) => (index < hidden ? Math.max(sigma - shrinkage, 0) : 0));
  const loss = spectrum.reduce((sum, sigma, index) => sum + (sigma - values[index]!) ** 2, 0);
  return { values, loss };
}

/** The least μ ≥ 0 for which `Σ max(σ_i − μ, 0)` is at most the radius. */
function shrinkageOf(spectrum: readonly number[], radius: number): number {
  let sum = 0;
  let shrinkage = 0;
  spectrum.forEach((sigma, index) => {
    sum += sigma;
    // With the first values alone in the sum; the right number of them is the one for which this is largest.
    shrinkage = Math.max(shrinkage, (sum - radius) / (index + 1));
  });
  return shrinkage;
}

/**
 * Relative change `‖Ŵ′ − Ŵ‖/‖Ŵ‖` of weights on a sphere in a step of rate η along a tangent as long as they are, scaled back onto the sphere:
 * they turn by `arctan η`, whose chord is `2 sin(½ arctan η)` (T6-update). It is below η, by less than `3η³/8`.
 *
 * @param rate η, finite and from 0
 * @throws InvalidInputError (`learningRate`) where it is not
 */
export function relativeSphereStep(rate: number): number {
  requireInput(rate >= 0 && rate < Infinity, 'learningRate', rate, 'a finite number from 0');
  return 2 * Math.sin(Math.atan(rate) / 2);
}

/** Shape of a product, `p×q`, and the norms of its layers, `ρ1 = ‖W1‖` and `ρ2 = ‖W2‖`. */
type SphereNorms = { readonly [Field in 'rows' | 'cols' | 'first' | 'second']: number };

/** Coefficient of γ² in the sensitivity of every network with these norms, whatever it has learned: `qρ1² + pρ2²` (T6-constant). */
export function sphereSensitivity({ rows, cols, first, second }: SphereNorms): number {
  return cols * first ** 2 + rows * second ** 2;
}

/**
 * How far that is above the floor of T6 (T6-constant): `(√q ρ1 − √p ρ2)² + 2√(pq)(ρ1ρ2 − ‖W‖_*)`.
 *
 * @param nuclear `‖W1W2‖_*`, at most ρ1ρ2
 */
export function aboveSensitivityFloor({ rows, cols, first, second }: SphereNorms, nuclear: number): number {
  const imbalance = Math.sqrt(cols) * first - Math.sqrt(rows) * second;
  return imbalance ** 2 + 2 * Math.sqrt(rows * cols) * (first * second - nuclear);
}
