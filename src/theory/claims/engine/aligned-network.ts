import type { Matrix } from 'ml-matrix';
import { diagonalInBases } from './diagonal-in-bases.js';
import { drawnOrthogonal } from './drawn-matrix.js';

/** Orthogonal bases of the outputs, the hidden units and the inputs of a two-layer network. */
export interface Bases {
  /** `U`, `p×p`. */
  readonly left: Matrix;
  /** `R`, `h×h`. */
  readonly inner: Matrix;
  /** `V`, `q×q`. */
  readonly right: Matrix;
}

/** Beyond every `matrixSeed`, so that no two bases of one instance come from the same seed. */
const SEED_STRIDE = 100_000;

/** Bases that a seed determines; 0 makes all three the identity. */
export function drawnBases(rows: number, hidden: number, cols: number, seed: number): Bases {
  const seedOf = (order: number) => (seed === 0 ? 0 : seed + order * SEED_STRIDE);
  return {
    left: drawnOrthogonal(rows, seed),
    inner: drawnOrthogonal(hidden, seedOf(1)),
    right: drawnOrthogonal(cols, seedOf(2)),
  };
}

/** The task `U diag(values) Vᵀ`. */
export function alignedTask({ left, right }: Bases, values: readonly number[]): Matrix {
  return diagonalInBases(left, values, right);
}

/** Balanced aligned weights `W1 = U √S Rᵀ`, `W2 = R √S Vᵀ` with the singular values `values` of `W1W2`. */
export function alignedWeights(
  { left, inner, right }: Bases,
  values: readonly number[],
): { first: Matrix; second: Matrix } {
  const factors = values.map(Math.sqrt);
  return {
    first: diagonalInBases(left, factors, inner),
    second: diagonalInBases(inner, factors, right),
  };
}
