import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { alignedTask, drawnBases } from './aligned-network.js';
import { decades, matrixSeed, singularValue } from './arbitraries.js';
import { drawnMatrix, drawnOrthogonal } from './drawn-matrix.js';
import { isDimension } from './drawn-network.js';

/** A matrix with known singular values and one of its factorisations, named by numbers. */
export interface FactoredMatrix {
  /** Positive singular values in any order, and how far the factorisation is from the balanced one along each. */
  readonly modes: readonly { readonly value: number; readonly stretch: number }[];
  readonly extraRows: number;
  readonly extraHidden: number;
  readonly extraCols: number;
  /** Seed of the singular vectors; 0 is the identity. */
  readonly basis: number;
  /** Seed of the rotation of the hidden units before they are stretched; 0 is none. */
  readonly rotation: number;
  /** Size of the weights of hidden units that the other layer ignores. */
  readonly idle: number;
}

/** Factorisations of all kinds: balanced, stretched along modes or across them, with idle units. */
export const factoredMatrix: fc.Arbitrary<FactoredMatrix> = fc.record({
  modes: fc.array(
    fc.record({ value: singularValue, stretch: fc.oneof(fc.constant(1), decades(-1.5, 1.5)) }),
    { minLength: 1, maxLength: 9 },
  ),
  extraRows: fc.nat({ max: 3 }),
  extraHidden: fc.nat({ max: 3 }),
  extraCols: fc.nat({ max: 3 }),
  basis: matrixSeed,
  rotation: fc.oneof(fc.constant(0), matrixSeed),
  idle: fc.oneof(fc.constant(0), decades(-3, 1)),
});

/** Whether a plain value is a factored matrix. */
export function isFactoredMatrix(factored: FactoredMatrix): boolean {
  const { modes, extraRows, extraHidden, extraCols, basis, rotation, idle } = factored;
  return (
    modes.length > 0 &&
    modes.every(({ value, stretch }) => value > 1e-9 && value < 1e6 && stretch > 1e-3 && stretch < 1e3) &&
    [extraRows, extraHidden, extraCols].every((extra) => extra >= 0 && isDimension(modes.length + extra)) &&
    [basis, rotation].every(Number.isInteger) &&
    idle >= 0 &&
    idle < 1e3
  );
}

/** The matrix, its factors, and what they cost. */
export interface Factored {
  /** `W = UΣVᵀ`, `p×q`. */
  readonly product: Matrix;
  /** `W1`, `p×h`. */
  readonly first: Matrix;
  /** `W2`, `h×q`. */
  readonly second: Matrix;
  /** `q‖W1‖² + p‖W2‖²`, entry by entry. */
  readonly cost: number;
  /** `2√(pq)` times the sum of the singular values, which are known. */
  readonly floor: number;
}

/**
 * The matrices that a factored matrix names: `W1 = [(p/q)^{1/4} U√Σ  N] M`, `W2 = M⁻¹ [(q/p)^{1/4} √ΣVᵀ; 0]` with `M` a rotation of the
 * hidden units times the stretches, and `N` the idle weights.
 */
export function factorsOf(factored: FactoredMatrix): Factored {
  const { modes, extraRows, extraHidden, extraCols, basis, rotation, idle } = factored;
  const rows = modes.length + extraRows;
  const hidden = modes.length + extraHidden;
  const cols = modes.length + extraCols;
  const bases = drawnBases(rows, hidden, cols, basis);
  const values = modes.map(({ value }) => value);
  const roots = values.map(Math.sqrt);
  const scale = (rows / cols) ** 0.25;
  const left = drawnMatrix(rows, hidden, basis + IDLE_SEED).mul(idle);
  const right = Matrix.zeros(hidden, cols);
  roots.forEach((root, index) => {
    left.setColumn(index, bases.left.getColumnVector(index).mul(scale * root));
    right.setRow(
      index,
      bases.right.getColumn(index).map((entry) => (entry * root) / scale),
    );
  });
  const turn = drawnOrthogonal(hidden, rotation);
  const stretches = Array.from({ length: hidden }, (_, index) => modes[index]?.stretch ?? 1);
  const first = left.mmul(turn).mulRowVector(stretches).mmul(bases.inner.transpose());
  const second = bases.inner.mmul(turn.transpose().mmul(right).divColumnVector(stretches));
  return {
    product: alignedTask(bases, values),
    first,
    second,
    cost: cols * sumOfSquares(first) + rows * sumOfSquares(second),
    floor: 2 * Math.sqrt(rows * cols) * values.reduce((sum, value) => sum + value, 0),
  };
}

const IDLE_SEED = 700_000;

/** Square of the Frobenius norm, entry by entry. */
export function sumOfSquares(matrix: Matrix): number {
  return matrix.to1DArray().reduce((sum, entry) => sum + entry ** 2, 0);
}
