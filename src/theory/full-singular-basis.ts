import { Matrix } from 'ml-matrix';
import { orthogonalizeColumns } from './jacobi.js';

/** A singular value decomposition with complete bases: `A = left · diag(values) · rightᵀ`. */
export interface FullSingularBasis {
  /** Orthogonal `p×p`; its first `min(p, q)` columns belong to `values`. */
  readonly left: Matrix;
  /** The `min(p, q)` singular values, non-increasing; those within rounding of 0, or of each other, are exactly so. */
  readonly values: readonly number[];
  /** Orthogonal `q×q`; its first `min(p, q)` columns belong to `values`. */
  readonly right: Matrix;
}

/**
 * Singular value decomposition with square orthogonal bases, so that null directions are present too.
 *
 * Singular values nearer than `max(p, q)·ε·σ_1` to zero, or to each other, cannot be told apart in float64 and are returned
 * as zero, or as equal: the dynamics of a singular task differ in kind (a mode that decays like `1/t` instead of growing
 * from rounding), and so do those of a task with repeated singular values.
 *
 * @param matrix any finite `p×q` matrix
 */
export function fullSingularBasis(matrix: Matrix): FullSingularBasis {
  if (matrix.rows < matrix.columns) {
    const { left, values, right } = fullSingularBasis(matrix.transpose());
    return { left: right, values, right: left };
  }
  const scale = Math.max(matrix.max(), -matrix.min());
  // Scaled to 1, so that squares neither overflow nor underflow.
  const scaled = scale === 0 ? matrix : Matrix.div(matrix, scale);
  const { columns, rotation } = orthogonalizeColumns(scaled.transpose().to2DArray());
  const lengths = columns.map((column) => Math.hypot(...column));
  const order = [...lengths.keys()].sort((a, b) => lengths[b]! - lengths[a]!);
  const sorted = order.map((index) => lengths[index]!);
  const values = mergeClose(sorted, matrix.rows * Number.EPSILON * sorted[0]!);
  const units = order
    .slice(0, values.filter((value) => value > 0).length)
    .map((index) => columns[index]!.map((entry) => entry / lengths[index]!));
  return {
    left: completeBasis(units, matrix.rows),
    values: values.map((value) => value * scale),
    right: new Matrix(order.map((index) => [...rotation[index]!])).transpose(),
  };
}

/** Non-increasing values with those within `cutoff` of the first of their group made equal to it, or to 0. */
function mergeClose(values: readonly number[], cutoff: number): number[] {
  let head = Infinity;
  return values.map((value) => {
    if (value <= cutoff) return 0;
    if (head - value > cutoff) head = value;
    return head;
  });
}

/** Square orthogonal matrix whose first columns are given ones, which are orthonormal. */
function completeBasis(units: readonly number[][], size: number): Matrix {
  const columns = [...units];
  while (columns.length < size) {
    // Some unit vector keeps at least 1 - k/n of its squared length outside the span of k columns: take the best one.
    const covered = (index: number) => columns.reduce((sum, column) => sum + column[index]! ** 2, 0);
    let best = 0;
    for (let index = 1; index < size; index += 1) if (covered(index) < covered(best)) best = index;
    const added = new Array<number>(size).fill(0);
    added[best] = 1;
    // Twice is enough (Kahan, Parlett): the first pass leaves at most rounding, the second removes it.
    orthogonalize(added, columns);
    orthogonalize(added, columns);
    columns.push(added);
  }
  return new Matrix(columns).transpose();
}

function orthogonalize(vector: number[], columns: readonly (readonly number[])[]): void {
  for (const column of columns) {
    const overlap = column.reduce((sum, value, index) => sum + value * vector[index]!, 0);
    column.forEach((value, index) => {
      vector[index]! -= overlap * value;
    });
  }
  const length = Math.hypot(...vector);
  vector.forEach((value, index) => {
    vector[index] = value / length;
  });
}
