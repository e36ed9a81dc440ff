import type { Matrix } from 'ml-matrix';
import type { Bases } from './aligned-network.js';
import { diagonalInBases } from './diagonal-in-bases.js';

/** A singular value of `W1W2` and how its two factors share it. */
export interface StretchedMode {
  readonly value: number;
  /** The factor of `W1` is `√value · stretch`, that of `W2` is `√value / stretch`; 1 is balanced. */
  readonly stretch: number;
}

/**
 * Aligned weights that need not be balanced: `W1 = U diag(√s · t) Rᵀ`, `W2 = R diag(√s / t) Vᵀ`. Modes beyond the hidden
 * width are left out.
 *
 * @param bases `U`, `R` and `V`
 * @param modes singular values `s` with their stretch `t`, as many as outputs and inputs at most
 */
export function stretchedWeights(
  { left, inner, right }: Bases,
  modes: readonly StretchedMode[],
): { first: Matrix; second: Matrix } {
  const kept = modes.slice(0, inner.columns);
  return {
    first: diagonalInBases(
      left,
      kept.map(({ value, stretch }) => Math.sqrt(value) * stretch),
      inner,
    ),
    second: diagonalInBases(
      inner,
      kept.map(({ value, stretch }) => Math.sqrt(value) / stretch),
      right,
    ),
  };
}
