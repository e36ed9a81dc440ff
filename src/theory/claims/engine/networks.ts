import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import type { Weights } from '../../balance.js';
import type { Drawn } from './claim.js';
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

/** Balanced aligned weights `W1 = U √S Rᵀ`, `W2 = R √S Vᵀ` with the singular values `values` of `W1W2`. */
export function alignedWeights({ left, inner, right }: Bases, values: readonly number[]): Weights {
  const factors = values.map(Math.sqrt);
  return { first: diagonalInBases(left, factors, inner), second: diagonalInBases(inner, factors, right) };
}

/** A singular value `s` of `W1W2` and how its two factors share it, `√s · t` and `√s / t`; with the stretch `t = 1` it is balanced. */
const stretchedMode = fc.record({
  value: draws.singularValue,
  stretch: fc.oneof(fc.constant(1), draws.decades(-1.5, 1.5)),
});

/**
 * Aligned weights that need not be balanced: `W1 = U diag(√s · t) Rᵀ`, `W2 = R diag(√s / t) Vᵀ`. Modes beyond the hidden
 * width are left out.
 */
export function stretchedWeights(
  { left, inner, right }: Bases,
  modes: readonly Readonly<Drawn<typeof stretchedMode>>[],
): Weights {
  const kept = modes.slice(0, inner.columns);
  const firstFactors = kept.map(({ value, stretch }) => Math.sqrt(value) * stretch);
  const secondFactors = kept.map(({ value, stretch }) => Math.sqrt(value) / stretch);
  return { first: diagonalInBases(left, firstFactors, inner), second: diagonalInBases(inner, secondFactors, right) };
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

/** Two matrices of as many rows side by side, as one. */
export function beside(left: Matrix, right: Matrix): Matrix {
  const both = Matrix.zeros(left.rows, left.columns + right.columns);
  both.setSubMatrix(left, 0, 0);
  both.setSubMatrix(right, 0, left.columns);
  return both;
}

/** Frobenius norm of `left - right`, entry by entry, without the matrices in between: claims compare thousands of pairs. */
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
  extraRows: fc.nat({ max: 3 }),
  extraHidden: fc.nat({ max: 3 }),
  extraCols: fc.nat({ max: 3 }),
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
    right.setRow(index, bases.right.getColumnVector(index).transpose().mul(root).div(scale));
  });
  const turn = draws.drawnOrthogonal(hidden, rotation);
  const stretches = Array.from({ length: hidden }, (_, index) => modes[index]?.stretch ?? 1);
  const first = left.mmul(turn).mulRowVector(stretches).mmul(bases.inner.transpose());
  const second = bases.inner.mmul(turn.transpose().mmul(right).divColumnVector(stretches));
  return {
    product: alignedTask(bases, values),
    first,
    second,
    cost: cols * squaredEntries(first) + rows * squaredEntries(second),
    floor: 2 * Math.sqrt(rows * cols) * values.reduce((sum, value) => sum + value, 0),
  };
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
