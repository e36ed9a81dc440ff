import { Matrix, SingularValueDecomposition } from 'ml-matrix';

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
  const { rows, columns } = matrix;
  const scale = Math.max(matrix.max(), -matrix.min());
  if (scale === 0) {
    const values = new Array<number>(Math.min(rows, columns)).fill(0);
    return { left: Matrix.eye(rows), values, right: Matrix.eye(columns) };
  }
  // Scaled to 1, so that squares inside the decomposition neither overflow nor underflow.
  const decomposition = new SingularValueDecomposition(Matrix.div(matrix, scale), { autoTranspose: true });
  const cutoff = Math.max(rows, columns) * Number.EPSILON * decomposition.norm2;
  return {
    left: completeBasis(decomposition.leftSingularVectors),
    values: mergeClose([...decomposition.diagonal], cutoff).map((value) => value * scale),
    right: completeBasis(decomposition.rightSingularVectors),
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

/** Appends columns to orthonormal ones until the matrix is square. */
function completeBasis(partial: Matrix): Matrix {
  const size = partial.rows;
  const columns = partial.transpose().to2DArray();
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
