import { Matrix } from 'ml-matrix';
import { orthogonalColumns, orthogonalizeColumns } from './jacobi.js';

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
  const { lengths, order, values } = sortedLengths(columns);
  const units = order
    .slice(0, values.filter((value) => value > 0).length)
    .map((index) => Array.from(columns[index]!, (entry) => entry / lengths[index]!));
  return {
    left: completeBasis(units, matrix.rows),
    values: values.map((value) => value * scale),
    right: new Matrix(order.map((index) => [...rotation[index]!])).transpose(),
  };
}

/**
 * The `values` of `fullSingularBasis`, to the last bit, without its bases.
 *
 * @param rows the rows of any finite `p×q` matrix
 */
export function singularValuesOf(rows: readonly (readonly number[])[]): number[] {
  const columns = rows.length < rows[0]!.length ? rows : transposed(rows);
  let scale = 0;
  for (const column of columns) for (const entry of column) scale = Math.max(scale, Math.abs(entry));
  const scaled = scale === 0 ? columns : columns.map((column) => column.map((entry) => entry / scale));
  const { values } = sortedLengths(orthogonalColumns(scaled));
  return values.map((value) => value * scale);
}

function transposed(rows: readonly (readonly number[])[]): number[][] {
  return rows[0]!.map((_, column) => rows.map((row) => row[column]!));
}

/** Lengths of orthogonal columns, their order from the longest on, and the singular values that they are in this order. */
function sortedLengths(columns: readonly Float64Array[]) {
  const lengths = columns.map((column) => Math.hypot(...column));
  const order = [...lengths.keys()].sort((a, b) => lengths[b]! - lengths[a]!);
  const sorted = order.map((index) => lengths[index]!);
  return { lengths, order, values: mergeClose(sorted, columns[0]!.length * Number.EPSILON * sorted[0]!) };
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
    const covered = new Float64Array(size);
    for (const column of columns) {
      for (let index = 0; index < size; index += 1) covered[index]! += column[index]! ** 2;
    }
    let best = 0;
    for (let index = 1; index < size; index += 1) if (covered[index]! < covered[best]!) best = index;
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
    let overlap = 0;
    for (let index = 0; index < vector.length; index += 1) overlap += column[index]! * vector[index]!;
    for (let index = 0; index < vector.length; index += 1) vector[index]! -= overlap * column[index]!;
  }
  const length = Math.hypot(...vector);
  for (let index = 0; index < vector.length; index += 1) vector[index]! /= length;
}
