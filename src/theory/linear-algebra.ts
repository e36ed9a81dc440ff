import { Matrix } from 'ml-matrix';

/** `A = left · diag(values) · rightᵀ` with square orthogonal bases, whose first `min(p, q)` columns belong to the values. */
interface FullSingularBasis {
  readonly left: Matrix;
  /** The `min(p, q)` singular values, non-increasing. */
  readonly values: readonly number[];
  readonly right: Matrix;
}

/**
 * Singular value decomposition of any finite matrix with square bases, so that null directions are present too.
 *
 * Singular values nearer than `max(p, q)·ε·σ_1` to zero, or to each other, cannot be told apart in float64 and are returned
 * as zero, or as equal: the dynamics of a singular task differ in kind (a mode that decays like `1/t` instead of growing
 * from rounding), and so do those of a task with repeated singular values.
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

/** The `values` of `fullSingularBasis`, to the last bit, without its bases. */
export function singularValuesOf(rows: readonly (readonly number[])[]): number[] {
  const isWide = rows.length < rows[0]!.length;
  const columns = isWide ? rows : rows[0]!.map((_, column) => rows.map((row) => row[column]!));
  let scale = 0;
  for (const column of columns) for (const entry of column) scale = Math.max(scale, Math.abs(entry));
  const scaled = scale === 0 ? columns : columns.map((column) => column.map((entry) => entry / scale));
  const { values } = sortedLengths(orthogonalizeColumns(scaled, false).columns);
  return values.map((value) => value * scale);
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

/** The square root of `a² + b²`, without overflow. */
export function hypotenuse(a: number, b: number): number {
  const [large, small] = Math.abs(a) > Math.abs(b) ? [a, b] : [b, a];
  if (large === 0) return 0;
  const ratio = small / large;
  return Math.abs(large) * Math.sqrt(1 + ratio * ratio);
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

const MOST_SWEEPS = 60;

/**
 * Rotates pairs of columns until all are orthogonal: one-sided Jacobi (Hestenes 1958), from which the singular value
 * decomposition can be read off. Unlike the methods that go through a bidiagonal form it keeps zero blocks exactly, and small
 * columns and small rotations (down to ε) to full *relative* accuracy (Demmel and Veselić 1992). Gradient flow needs that: it multiplies a
 * direction that is nearly absent from the start by any power.
 *
 * @param start the columns, of one length; entries at most about 1 in size, so that squares stay finite; not changed
 * @param wantsRotation whether the rotation is to be worked out, too
 * @returns the columns of `A V`, mutually orthogonal and in no particular order, and those of the orthogonal `V`
 */
export function orthogonalizeColumns(start: readonly (readonly number[])[], wantsRotation = true) {
  const length = start[0]?.length ?? 0;
  const stride = wantsRotation ? length + start.length : length;
  // One array for all, each column followed by its part of the rotation: many small ones would cost more than the arithmetic.
  const entries = new Float64Array(start.length * stride);
  start.forEach((column, index) => {
    entries.set(column, index * stride);
    if (wantsRotation) entries[index * stride + length + index] = 1;
  });
  for (let sweep = 0; sweep < MOST_SWEEPS && rotatesPairs(entries, stride, length); sweep += 1);
  const parts = (from: number, to: number) =>
    start.map((_, index) => entries.subarray(index * stride + from, index * stride + to));
  return { columns: parts(0, length), rotation: parts(length, stride) };
}

/** One sweep over all pairs of columns, which are the first `length` of every `stride` entries; whether any was not orthogonal. */
function rotatesPairs(entries: Float64Array, stride: number, length: number): boolean {
  const tolerance = Number.EPSILON * Math.sqrt(length);
  let moved = false;
  for (let left = 0; left < entries.length; left += stride) {
    for (let right = left + stride; right < entries.length; right += stride) {
      let alpha = 0;
      let beta = 0;
      let gamma = 0;
      for (let row = 0; row < length; row += 1) {
        const onLeft = entries[left + row]!;
        const onRight = entries[right + row]!;
        alpha += onLeft * onLeft;
        beta += onRight * onRight;
        gamma += onLeft * onRight;
      }
      if (Math.abs(gamma) <= tolerance * Math.sqrt(alpha) * Math.sqrt(beta)) continue;
      const zeta = (beta - alpha) / (2 * gamma);
      const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
      const cos = 1 / Math.hypot(1, tangent);
      const sin = cos * tangent;
      for (let row = 0; row < stride; row += 1) {
        const onLeft = entries[left + row]!;
        const onRight = entries[right + row]!;
        entries[left + row] = cos * onLeft - sin * onRight;
        entries[right + row] = sin * onLeft + cos * onRight;
      }
      moved = true;
    }
  }
  return moved;
}

/**
 * Reduces a matrix `Y` to a lower trapezoid of full column rank by orthogonal column operations, where row `i` counts
 * `e^{logScales[i]}` times. Complete pivoting: at each step the row that is largest *with its scale* is reflected onto one column.
 * The scales themselves are never formed, so they may lie any number of decades apart. After step `j` no scaled entry of column
 * `j` exceeds the scaled pivot, which is what keeps every later ratio at most 1.
 *
 * Entries are tracked with their rounding errors. One that is nothing but rounding is set to zero: a direction in which the
 * start has no component never grows, although any rounding in it would. Both are kept apart per column, so that the rows of
 * a start whose columns differ by many decades (modes that are learned and modes that are not; down to 1e-150) lose nothing.
 *
 * @param start the matrix `Y`; not changed
 * @param errors bound on the rounding error of each entry of `Y`; not changed
 * @param logScales natural logarithm of the scale of each row
 * @returns the rows of `Y` times an orthogonal matrix, without the columns that are zero, and the row that was eliminated at
 *   each step, as many as the rank: `rows[pivots[j]]` is zero beyond column `j`
 */
export function eliminateGraded(start: Matrix, errors: Matrix, logScales: readonly number[]) {
  const rows = start.to2DArray();
  const variances = errors.to2DArray().map((row) => row.map((error) => error ** 2));
  const pivots: number[] = [];
  const free = new Set(rows.keys());
  for (let column = 0; column < start.columns; column += 1) {
    for (const index of free) dropRounding(rows[index]!, variances[index]!, column);
    const pivot = largestRow(rows, free, logScales, column);
    if (pivot === undefined) break;
    const largest = largestEntry(rows[pivot]!, column);
    for (const row of [...rows, ...variances]) [row[column], row[largest]] = [row[largest]!, row[column]!];
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

/** The `v` of the reflection `I - v vᵀ`, `‖v‖² = 2`, that maps the part of a row from `column` on to a multiple of its first entry. */
function reflectorOnto(row: readonly number[], column: number): readonly number[] {
  const tail = row.slice(column);
  const length = Math.hypot(...tail);
  const vector = tail.map((value) => value / length);
  // The sign that adds: the other one would cancel.
  vector[0]! += vector[0]! < 0 ? -1 : 1;
  const normalisation = 1 / Math.sqrt(Math.abs(vector[0]!));
  return vector.map((value) => value * normalisation);
}

function reflect(row: number[], reflector: readonly number[], column: number): void {
  const overlap = reflector.reduce((sum, value, k) => sum + value * row[column + k]!, 0);
  reflector.forEach((value, k) => {
    row[column + k]! -= overlap * value;
  });
}

/** Independent errors keep their total variance under a reflection `H`: their squares go through `H∘H`. */
function spreadVariance(variances: number[], reflector: readonly number[], column: number): void {
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
