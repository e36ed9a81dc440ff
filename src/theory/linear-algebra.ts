import { Matrix } from 'ml-matrix';

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
    const turned = fullSingularBasis(matrix.transpose());
    return {
      left: turned.right,
      values: turned.values,
      get right() {
        return turned.left;
      },
    };
  }
  const scale = Math.max(matrix.max(), -matrix.min());
  // Scaled to 1, so that squares neither overflow nor underflow.
  const scaled = Array.from({ length: matrix.columns }, (_, column) =>
    matrix.getColumn(column).map((entry) => entry / (scale || 1)),
  );
  const { columns, rotation } = orthogonalizeColumns(scaled);
  const { lengths, order, values } = sortedLengths(columns);
  const units = order
    .slice(0, values.filter((value) => value > 0).length)
    .map((index) => Array.from(columns[index]!, (entry) => entry / lengths[index]!));
  return {
    // Only when it is asked for, since the basis of the longer side is often not wanted.
    get left() {
      return completeBasis(units, matrix.rows);
    },
    values: values.map((value) => value * scale),
    right: fromColumns(order.map((index) => rotation[index]!)),
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
  return fromColumns(columns);
}

/** The matrix of at least one column; entry by entry, which the library's own way would first test for being numbers. */
export function fromColumns(columns: readonly ArrayLike<number>[]): Matrix {
  const matrix = Matrix.zeros(columns[0]!.length, columns.length);
  columns.forEach((column, index) => {
    for (let row = 0; row < matrix.rows; row += 1) matrix.set(row, index, column[row]!);
  });
  return matrix;
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

/** Columns of a matrix that one-sided Jacobi rotations have made orthogonal, and the rotations. */
export interface OrthogonalColumns {
  /** The columns of `A V`: mutually orthogonal, in no particular order. */
  readonly columns: readonly Float64Array[];
  /** The columns of the orthogonal `V`. */
  readonly rotation: readonly Float64Array[];
}

const MOST_SWEEPS = 60;

/**
 * Rotates pairs of columns until all are orthogonal: one-sided Jacobi (Hestenes 1958), from which the singular value
 * decomposition can be read off. Unlike the methods that go through a bidiagonal form it keeps zero blocks exactly, and small
 * columns and small rotations (down to ε) to full *relative* accuracy (Demmel and Veselić 1992). Gradient flow needs that: it multiplies a
 * direction that is nearly absent from the start by any power.
 *
 * @param start the columns, of one length; entries at most about 1 in size, so that squares stay finite; not changed
 */
export function orthogonalizeColumns(start: readonly (readonly number[])[]): OrthogonalColumns {
  const columns = listOf(start);
  const rotation = listOf(start.map((_, index) => start.map((_column, row) => (row === index ? 1 : 0))));
  rotateUntilOrthogonal(columns, rotation);
  return { columns: vectorsOf(columns), rotation: vectorsOf(rotation) };
}

/**
 * The columns alone, the same to the last bit, for those who need no more than their lengths.
 *
 * @param start as for `orthogonalizeColumns`
 */
function orthogonalColumns(start: readonly (readonly number[])[]): readonly Float64Array[] {
  const columns = listOf(start);
  rotateUntilOrthogonal(columns, undefined);
  return vectorsOf(columns);
}

/** Vectors of one length, one after the other: as arrays of their own they would cost more than the arithmetic. */
interface VectorList {
  readonly count: number;
  readonly length: number;
  readonly entries: Float64Array;
}

function listOf(vectors: readonly (readonly number[])[]): VectorList {
  const count = vectors.length;
  const length = vectors[0]?.length ?? 0;
  const entries = new Float64Array(count * length);
  for (let index = 0; index < count; index += 1) {
    const vector = vectors[index]!;
    for (let row = 0; row < length; row += 1) entries[index * length + row] = vector[row]!;
  }
  return { count, length, entries };
}

function vectorsOf({ count, length, entries }: VectorList): Float64Array[] {
  return Array.from({ length: count }, (_, index) => entries.subarray(index * length, (index + 1) * length));
}

/** Rotates the columns in place, and the vectors of `rotation` with them. */
function rotateUntilOrthogonal(columns: VectorList, rotation: VectorList | undefined): void {
  const { count, length, entries } = columns;
  const tolerance = Number.EPSILON * Math.sqrt(length);
  for (let sweep = 0, moved = true; moved && sweep < MOST_SWEEPS; sweep += 1) {
    moved = false;
    for (let left = 0; left < count; left += 1) {
      for (let right = left + 1; right < count; right += 1) {
        let alpha = 0;
        let beta = 0;
        let gamma = 0;
        for (let row = 0; row < length; row += 1) {
          const onLeft = entries[left * length + row]!;
          const onRight = entries[right * length + row]!;
          alpha += onLeft * onLeft;
          beta += onRight * onRight;
          gamma += onLeft * onRight;
        }
        if (Math.abs(gamma) <= tolerance * Math.sqrt(alpha) * Math.sqrt(beta)) continue;
        const zeta = (beta - alpha) / (2 * gamma);
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        rotate(columns, left, right, tangent);
        if (rotation !== undefined) rotate(rotation, left, right, tangent);
        moved = true;
      }
    }
  }
}

function rotate({ length, entries }: VectorList, left: number, right: number, tangent: number): void {
  const cos = 1 / Math.hypot(1, tangent);
  const sin = cos * tangent;
  for (let row = 0; row < length; row += 1) {
    const onLeft = entries[left * length + row]!;
    const onRight = entries[right * length + row]!;
    entries[left * length + row] = cos * onLeft - sin * onRight;
    entries[right * length + row] = sin * onLeft + cos * onRight;
  }
}

/** A matrix `Y` with scaled rows, reduced by orthogonal column operations to a lower trapezoid of full column rank. */
export interface GradedElimination {
  /** `Y` times an orthogonal matrix, without the columns that are zero; one array per row of `Y`. */
  readonly rows: readonly (readonly number[])[];
  /** Row that was eliminated at each step: `rows[pivots[j]]` is zero beyond column `j`. As many as the rank. */
  readonly pivots: readonly number[];
}

/**
 * Reduces a matrix whose row `i` counts `e^{logScales[i]}` times by complete pivoting: at each step the row that is
 * largest *with its scale* is reflected onto one column. The scales themselves are never formed, so they may lie
 * any number of decades apart. After step `j` no scaled entry of column `j` exceeds the scaled pivot, which is what keeps
 * every later ratio at most 1.
 *
 * Entries are tracked with their rounding errors. One that is nothing but rounding is set to zero: a direction in which the
 * start has no component never grows, although any rounding in it would. Both are kept apart per column, so that the rows of
 * a start whose columns differ by many decades (modes that are learned and modes that are not; down to 1e-150) lose nothing.
 *
 * @param start the matrix `Y`; not changed
 * @param errors bound on the rounding error of each entry of `Y`; not changed
 * @param logScales natural logarithm of the scale of each row
 */
export function eliminateGraded(start: Matrix, errors: Matrix, logScales: readonly number[]): GradedElimination {
  const rows = start.to2DArray();
  const variances = errors.to2DArray().map((row) => row.map((error) => error ** 2));
  const pivots: number[] = [];
  const free = new Set(rows.keys());
  for (let column = 0; column < start.columns; column += 1) {
    for (const index of free) dropRounding(rows[index]!, variances[index]!, column);
    const pivot = largestRow(rows, free, logScales, column);
    if (pivot === undefined) break;
    const largest = largestEntry(rows[pivot]!, column);
    for (const row of [...rows, ...variances]) swap(row, column, largest);
    const reflector = reflectorOnto(rows[pivot]!, column);
    for (const index of free) {
      reflect(rows[index]!, reflector, column);
      spreadVariance(variances[index]!, reflector, column);
    }
    rows[pivot]!.fill(0, column + 1);
    free.delete(pivot);
    pivots.push(pivot);
  }
  return { rows: rows.map((row) => row.slice(0, pivots.length)), pivots };
}

/** The vector `v` of a reflection `I - v vᵀ`, `‖v‖² = 2`, that acts on the columns from some column on. */
type Reflector = readonly number[];

/** Reflector that maps the part of a row from `column` on to a multiple of its first entry. */
function reflectorOnto(row: readonly number[], column: number): Reflector {
  const tail = row.slice(column);
  const length = Math.hypot(...tail);
  const vector = tail.map((value) => value / length);
  // The sign that adds: the other one would cancel.
  vector[0]! += vector[0]! < 0 ? -1 : 1;
  const normalisation = 1 / Math.sqrt(Math.abs(vector[0]!));
  return vector.map((value) => value * normalisation);
}

function reflect(row: number[], reflector: Reflector, column: number): void {
  const overlap = reflector.reduce((sum, value, k) => sum + value * row[column + k]!, 0);
  reflector.forEach((value, k) => {
    row[column + k]! -= overlap * value;
  });
}

/** Independent errors keep their total variance under a reflection `H`: their squares go through `H∘H`. */
function spreadVariance(variances: number[], reflector: Reflector, column: number): void {
  const total = reflector.reduce((sum, value, k) => sum + value * value * variances[column + k]!, 0);
  reflector.forEach((value, k) => {
    const weight = value * value;
    const own = variances[column + k]!;
    variances[column + k] = own * (1 - weight) ** 2 + weight * Math.max(0, total - weight * own);
  });
}

function dropRounding(row: number[], variances: readonly number[], column: number): void {
  for (let k = column; k < row.length; k += 1) if (row[k]! ** 2 <= variances[k]!) row[k] = 0;
}

/** The free row with the largest scaled norm beyond `column`, or undefined where all are zero there. */
function largestRow(
  rows: readonly (readonly number[])[],
  free: Iterable<number>,
  logScales: readonly number[],
  column: number,
): number | undefined {
  let best: number | undefined;
  let bestSize = -Infinity;
  for (const index of free) {
    const size = logScales[index]! + Math.log(Math.hypot(...rows[index]!.slice(column)));
    if (size > bestSize) {
      best = index;
      bestSize = size;
    }
  }
  return best;
}

/** Index, from `column` on, of the entry that is largest in size. */
function largestEntry(row: readonly number[], column: number): number {
  let best = column;
  for (let k = column + 1; k < row.length; k += 1) if (Math.abs(row[k]!) > Math.abs(row[best]!)) best = k;
  return best;
}

function swap(row: number[], left: number, right: number): void {
  [row[left], row[right]] = [row[right]!, row[left]!];
}
