import type { Matrix } from 'ml-matrix';

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
export function eliminateGraded(
  start: Matrix,
  errors: Matrix,
  logScales: readonly number[],
): GradedElimination {
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
