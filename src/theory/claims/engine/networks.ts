import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import type { Weights } from '../../balance.js';
import type { Mode } from '../../mode.js';
import { createProblem, type Problem } from '../../problem.js';
import { type Conclusion, type Drawn, equal } from './claim.js';
import * as draws from './draws.js';

// Weights and tasks with known singular values: aligned, stretched and factored ones, and data that do not cover all inputs.

/** Orthogonal bases of the outputs, the hidden units and the inputs of a two-layer network: `U`, `R` and `V`. */
export type Bases = ReturnType<typeof drawnBases>;

/** Beyond every seed that `drawnBases` makes of a `matrixSeed`. */
const FURTHER_SEEDS = 700_000;

/** Bases that a seed determines; 0 makes all three the identity. */
export function drawnBases(rows: number, hidden: number, cols: number, seed: number) {
  const seedOf = (order: number) => (seed === 0 ? 0 : seed + order * draws.SEED_STRIDE);
  return {
    left: draws.drawnOrthogonal(rows, seed),
    inner: draws.drawnOrthogonal(hidden, seedOf(1)),
    right: draws.drawnOrthogonal(cols, seedOf(2)),
  };
}

/** The task `U diag(values) Vᵀ`. */
export function alignedTask({ left, right }: Bases, values: readonly number[]): Matrix {
  return diagonalInBases(left, values, right);
}

/** Aligned weights `W1 = U diag(a) Rᵀ`, `W2 = R diag(b) Vᵀ`, balanced where both layers have the same factors. */
export function weightsOfFactors(
  { left, inner, right }: Bases,
  first: readonly number[],
  second: readonly number[] = first,
): Weights {
  return { first: diagonalInBases(left, first, inner), second: diagonalInBases(inner, second, right) };
}

/** Balanced aligned weights `W1 = U √S Rᵀ`, `W2 = R √S Vᵀ` with the singular values `values` of `W1W2`. */
export function alignedWeights(bases: Bases, values: readonly number[]): Weights {
  return weightsOfFactors(bases, values.map(Math.sqrt));
}

/** A singular value `s` of `W1W2` and how its two factors share it, `√s · t` and `√s / t`; with the stretch `t = 1` it is balanced. */
const stretchedMode = fc.record({
  value: draws.singularValue,
  stretch: fc.oneof(fc.constant(1), draws.decades(-1.5, 1.5)),
});

/** Aligned weights that need not be balanced; modes beyond the hidden width are left out. */
export function stretchedWeights(bases: Bases, modes: readonly Readonly<Drawn<typeof stretchedMode>>[]): Weights {
  const kept = modes.slice(0, bases.inner.columns);
  const first = kept.map(({ value, stretch }) => Math.sqrt(value) * stretch);
  const second = kept.map(({ value, stretch }) => Math.sqrt(value) / stretch);
  return weightsOfFactors(bases, first, second);
}

/** `U diag(values) Vᵀ` for the first columns of two bases, one per value: how tasks and aligned weights are written down. */
export function diagonalInBases(left: Matrix, values: readonly number[], right: Matrix): Matrix {
  const product = Matrix.zeros(left.rows, right.rows);
  for (let row = 0; row < left.rows; row++) {
    const scaled = values.map((value, k) => left.get(row, k) * value);
    for (let column = 0; column < right.rows; column++) {
      let sum = 0;
      for (let k = 0; k < values.length; k++) sum += scaled[k]! * right.get(column, k);
      product.set(row, column, sum);
    }
  }
  return product;
}

/** Rows, hidden units and columns beyond the number of modes. */
export const extraFields = {
  extraRows: fc.nat({ max: 3 }),
  extraHidden: fc.nat({ max: 3 }),
  extraCols: fc.nat({ max: 3 }),
};

export type Extra = { readonly [Field in keyof typeof extraFields]: number };

/** Modes by their σ, the largest first. */
export function largestFirst<AnyMode extends { readonly sigma: number }>(modes: readonly AnyMode[]): AnyMode[] {
  return [...modes].sort((a, b) => b.sigma - a.sigma);
}

/** The pre-training problem of modes in any order, and of others beyond them whose σ and start are zero. */
export function problemOfModes(modes: readonly Mode[], extra: Partial<Extra>): Problem {
  const { extraRows = 0, extraHidden = 0, extraCols = 0 } = extra;
  const [rows, hidden, cols] = [extraRows, extraHidden, extraCols].map((more) => modes.length + more);
  const sorted = largestFirst(modes);
  const starts = Array.from({ length: Math.min(rows!, hidden!, cols!) }, (_, index) => sorted[index]?.start ?? 0);
  return createProblem({ rows, hidden, cols, spectrum: draws.pluck(sorted, 'sigma'), tau: 0, starts });
}

/** Conclusion that a distance, such as that of two matrices, is zero. */
export function vanishes(label: string, distance: number, tolerance: number): Conclusion {
  return equal([label, distance], ['none', 0], tolerance);
}

/** Two matrices of as many rows side by side, as one. */
export function beside(left: Matrix, right: Matrix): Matrix {
  const both = Matrix.zeros(left.rows, left.columns + right.columns);
  return both.setSubMatrix(left, 0, 0).setSubMatrix(right, 0, left.columns);
}

/** Frobenius norm of `left - right`, without the matrices in between: claims compare thousands of pairs. */
export function matrixDistance(left: Matrix, right: Matrix): number {
  let sum = 0;
  for (let row = 0; row < left.rows; row++) {
    for (let column = 0; column < left.columns; column++) {
      const difference = left.get(row, column) - right.get(row, column);
      sum += difference * difference;
    }
  }
  return Math.sqrt(sum);
}

/** A matrix with known singular values and a factorisation: balanced, stretched along modes or across them, with idle units. */
export const factoredMatrix = fc.record({
  modes: draws.listOf(9, stretchedMode),
  ...extraFields,
  /** Seed of the singular vectors; 0 is the identity. */
  basis: draws.matrixSeed,
  /** Seed of the rotation of the hidden units before they are stretched; 0 is none. */
  rotation: fc.oneof(fc.constant(0), draws.matrixSeed),
  /** Size of the weights of hidden units that the other layer ignores. */
  idle: fc.oneof(fc.constant(0), draws.decades(-3, 1)),
});

export type FactoredMatrix = Drawn<typeof factoredMatrix>;

/** Whether a plain value is a factored matrix. */
export function isFactoredMatrix(factored: FactoredMatrix): boolean {
  const { modes, extraRows, extraHidden, extraCols, basis, rotation, idle } = factored;
  return (
    modes.length > 0 &&
    modes.every(({ value, stretch }) => draws.areWithin([value], 1e-9, 1e6) && draws.areWithin([stretch], 1e-3, 1e3)) &&
    [extraRows, extraHidden, extraCols].every((extra) => extra >= 0 && draws.isDimension(modes.length + extra)) &&
    [basis, rotation].every(Number.isInteger) &&
    draws.areWithin([idle], 0, 1e3)
  );
}

/**
 * The matrices that a factored matrix names, `W = UΣVᵀ` and its factors `W1 = [(p/q)^{1/4} U√Σ  N] M`,
 * `W2 = M⁻¹ [(q/p)^{1/4} √ΣVᵀ; 0]` with `M` a rotation of the hidden units times the stretches, and `N` the idle weights.
 *
 * @returns also the cost of the factors, `q‖W1‖² + p‖W2‖²`, and its floor by the singular values, which are known
 */
export function factorsOf(factored: FactoredMatrix) {
  const { modes, extraRows, extraHidden, extraCols, basis, rotation, idle } = factored;
  const rows = modes.length + extraRows;
  const hidden = modes.length + extraHidden;
  const cols = modes.length + extraCols;
  const bases = drawnBases(rows, hidden, cols, basis);
  const values = draws.pluck(modes, 'value');
  const roots = values.map(Math.sqrt);
  const scale = (rows / cols) ** 0.25;
  const left = draws.drawnMatrix(rows, hidden, basis + FURTHER_SEEDS).mul(idle);
  const right = Matrix.zeros(hidden, cols);
  roots.forEach((root, index) => {
    left.setColumn(index, bases.left.getColumnVector(index).mul(scale * root));
    const direction = bases.right.getColumn(index).map((entry) => (entry * root) / scale);
    right.setRow(index, direction);
  });
  const turn = draws.drawnOrthogonal(hidden, rotation);
  const stretches = Array.from({ length: hidden }, (_, index) => modes[index]?.stretch ?? 1);
  const first = left.mmul(turn).mulRowVector(stretches).mmul(bases.inner.transpose());
  const second = bases.inner.mmul(turn.transpose().mmul(right).divColumnVector(stretches));
  return {
    /** `W = UΣVᵀ`. */
    product: alignedTask(bases, values),
    first,
    second,
    cost: costOf(first, second),
    /** `2√(pq)` times the sum of the singular values, which are known. */
    floor: 2 * Math.sqrt(rows * cols) * values.reduce((sum, value) => sum + value, 0),
  };
}

/** `q‖W1‖² + p‖W2‖²`, entry by entry. */
export function costOf(first: Matrix, second: Matrix): number {
  return second.columns * squaredEntries(first) + first.rows * squaredEntries(second);
}

/** Square of the Frobenius norm, entry by entry. */
export function squaredEntries(matrix: Matrix): number {
  return matrix.to1DArray().reduce((sum, entry) => sum + entry ** 2, 0);
}

// What the claims about data that do not cover all inputs (T0-exposure, T4-exposure) share: covariances of inputs and gradients of
// the loss `E‖(W1W2 - A)x‖²` for `x ~ N(0, C)`, from their definitions.

/** Covariance of the inputs, `V T diag(variances) Tᵀ Vᵀ`, T drawn by `twistSeed`; with 0 it is diagonal in the singular vectors V. */
export function inputCovariance({ right }: Bases, variances: readonly number[], twistSeed: number): Matrix {
  const padded = Array.from({ length: right.rows }, (_, index) => variances[index] ?? 0);
  const twist = draws.drawnOrthogonal(right.rows, twistSeed === 0 ? 0 : twistSeed + FURTHER_SEEDS);
  const basis = right.mmul(twist);
  return diagonalInBases(basis, padded, basis);
}

/** Gradients of `E‖(W1W2 - A)x‖²`: `2(W1W2 - A)C W2ᵀ` and `2 W1ᵀ(W1W2 - A)C`. */
export function coveredGradient({ first, second }: Weights, task: Matrix, covariance: Matrix): Weights {
  const seen = first.mmul(second).sub(task).mmul(covariance).mul(2);
  return { first: seen.mmul(second.transpose()), second: first.transpose().mmul(seen) };
}

/** The loss `E‖(W1W2 - A)x‖²` for `x ~ N(0, C)`. */
export function coveredMatrixLoss({ first, second }: Weights, task: Matrix, covariance: Matrix): number {
  const residual = first.mmul(second).sub(task);
  return residual.mmul(covariance).dot(residual);
}
