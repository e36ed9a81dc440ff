import { Matrix } from 'ml-matrix';
import { imbalanceOf, type Weights } from './balance.js';
import { requireInput } from './invalid-input.js';
import { eliminateGraded, fullSingularBasis } from './linear-algebra.js';

/** Times are cut where every exponential of the closed form has long vanished and its argument is still finite. */
const LARGEST_EXPONENT = 1e290;

/** Below this share of the fastest time scale nothing moves in float64. */
const NEGLIGIBLE_ADVANCE = 1e-18;

/**
 * Weights after gradient flow on `‖W1W2 - A‖²` from any λ-balanced start, in closed form.
 *
 * The stacked weights `Q = [W1; W2ᵀ]` obey `dQ/dt = 2FQ - QQᵀQ` with `F = [[ℓ/2 I, A], [Aᵀ, -ℓ/2 I]]`, so that `QQᵀ` obeys a
 * matrix Riccati equation, which is solved by
 *
 *     QQᵀ(t) = e^{2Ft} Q0 [I + 2 Q0ᵀ ∫_0^t e^{4Fr} dr Q0]^{-1} Q0ᵀ e^{2Ft}
 *
 * (Fukumizu 1998; Braun et al. 2022 for balanced starts; Dominé et al. 2024 for λ-balanced ones; theirs is the loss
 * `½‖W2W1 - S‖²`, ours runs at twice that speed). No assumption on the widths, the rank of the task or the
 * singular vectors is needed. Only decaying exponentials are evaluated, and no difference of large terms: see
 * `flowFromBasis`.
 *
 * @returns weights at that time, up to a rotation of the hidden units (`W1R`, `RᵀW2` with `R` orthogonal), which no
 *   function of `W1W2`, `W1W1ᵀ` and `W2ᵀW2` sees and under which gradient flow is equivariant
 * @throws InvalidInputError where shapes do not fit (`start`), an entry is not finite (`start`, `target`), the start is not
 *   λ-balanced (`start`), or the time is negative or NaN (`time`)
 */
export function flowWeights(first: Matrix, second: Matrix, task: Matrix, time: number): Weights {
  requireFinite('start', first);
  requireFinite('start', second);
  requireFinite('target', task);
  const fits = first.rows === task.rows && second.columns === task.columns && first.columns === second.rows;
  const shapes = `${first.rows}x${first.columns} ${second.rows}x${second.columns}`;
  requireInput(fits, 'start', shapes, `weights whose product is ${task.rows}x${task.columns}`);
  const imbalance = imbalanceOf(first, second);
  const balanced = 'a λ-balanced start: W1ᵀW1 - W2W2ᵀ a multiple of the identity';
  requireInput(imbalance !== null, 'start', 'weights that are not λ-balanced', balanced);
  return flowFromBasis(riccatiBasis(task, imbalance), first, second, time);
}

/** Eigenbasis of the matrix `F` that drives the stacked weights of a network of imbalance `ℓ` on a `p×q` task. */
export interface RiccatiBasis {
  readonly rows: number;
  readonly cols: number;
  readonly imbalance: number;
  /** The `p + q` eigenvalues of `F`, in no particular order. */
  readonly eigenvalues: readonly number[];
  /** Orthogonal `(p+q)×(p+q)`; column `i` belongs to eigenvalue `i`. */
  readonly vectors: Matrix;
}

/**
 * Diagonalises `F` from the singular value decomposition of the task: each singular triple `(u, σ, v)` gives the
 * eigenvalues `±√(σ² + ℓ²/4)` in the plane of `(u, 0)` and `(0, v)`; what is left of the row (column) space is null and
 * has the eigenvalue `ℓ/2` (`-ℓ/2`). Pairs are symmetric and null directions exact, which a general eigensolver would
 * give only up to rounding.
 */
export function riccatiBasis(task: Matrix, imbalance: number): RiccatiBasis {
  const { rows, columns: cols } = task;
  const { left, values, right } = fullSingularBasis(task);
  const vectors = Matrix.zeros(rows + cols, rows + cols);
  const eigenvalues: number[] = [];
  const append = (eigenvalue: number, leftIndex: number, onLeft: number, onRight: number) => {
    const column = eigenvalues.length;
    for (let row = 0; row < rows && onLeft !== 0; row += 1) {
      vectors.set(row, column, onLeft * left.get(row, leftIndex));
    }
    for (let row = 0; row < cols && onRight !== 0; row += 1) {
      vectors.set(rows + row, column, onRight * right.get(row, leftIndex));
    }
    eigenvalues.push(eigenvalue);
  };
  for (let index = 0; index < Math.max(rows, cols); index += 1) {
    const sigma = values[index] ?? 0;
    if (sigma > 0) {
      const eigenvalue = Math.hypot(sigma, imbalance / 2);
      const angle = Math.atan2(sigma, imbalance / 2) / 2;
      append(eigenvalue, index, Math.cos(angle), Math.sin(angle));
      append(-eigenvalue, index, -Math.sin(angle), Math.cos(angle));
    } else {
      if (index < rows) append(imbalance / 2, index, 1, 0);
      if (index < cols) append(-imbalance / 2, index, 0, 1);
    }
  }
  return { rows, cols, imbalance, eigenvalues, vectors };
}

/**
 * The same as `flowWeights` for a task that was diagonalised before: for many times or many starts on one task.
 *
 * With the rows `y_i` of `Y = OᵀQ0` in the eigenbasis of `F`, `Q(t)Q(t)ᵀ = O D B (I + BᵀB)^{-1} Bᵀ D Oᵀ` with `B = diag(a) Y`,
 * `a_i² = (e^{4λ_i t} - 1)/(2λ_i)` and `D_i = e^{2λ_i t}/a_i`, which never grows. Complete pivoting with the `a_i` as
 * logarithms gives `B = B̂ diag(κ)` with no entry of `B̂` above 1, and orthonormalising the columns of `[B̂; diag(1/κ)]`
 * (each scaled to about 1) gives `B (I + BᵀB)^{-½}` up to a rotation without a difference of large terms.
 *
 * @param basis the task's eigenbasis for the imbalance of the weights (not checked)
 * @throws InvalidInputError (option `time`) where the time is negative or NaN
 */
export function flowFromBasis(basis: RiccatiBasis, first: Matrix, second: Matrix, time: number): Weights {
  requireInput(time >= 0, 'time', time, 'a number from 0');
  const stacked = Matrix.zeros(basis.rows + basis.cols, first.columns);
  stacked.setSubMatrix(first, 0, 0);
  stacked.setSubMatrix(second.transpose(), basis.rows, 0);
  const size = Math.max(stacked.max(), -stacked.min());
  const fastest = basis.eigenvalues.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (size === 0 || time * (fastest + size * size * stacked.columns) < NEGLIGIBLE_ADVANCE) {
    return { first: first.clone(), second: second.clone() };
  }
  const capped = Math.min(time, LARGEST_EXPONENT / Math.max(fastest, 1));
  const advanced = basis.vectors.mmul(advance(basis, stacked.div(size), Math.log(size), capped));
  return {
    first: advanced.subMatrix(0, basis.rows - 1, 0, first.columns - 1),
    second: advanced.subMatrix(basis.rows, advanced.rows - 1, 0, first.columns - 1).transpose(),
  };
}

/** `OᵀQ(time)` up to a rotation of the columns, for `Q(0) = e^{logSize} · stacked`; `0 < time < ∞`. */
function advance(basis: RiccatiBasis, stacked: Matrix, logSize: number, time: number): Matrix {
  const { eigenvalues, vectors } = basis;
  const transposed = vectors.transpose();
  // a_i = e^{max(2 λ_i t, 0)} √ψ_i and D_i = e^{min(2 λ_i t, 0)} / √ψ_i.
  const logPsi = eigenvalues.map((eigenvalue) => Math.log(elapsed(eigenvalue, time)));
  const logScales = eigenvalues.map(
    (eigenvalue, index) => Math.max(2 * eigenvalue * time, 0) + logPsi[index]! / 2 + logSize,
  );
  const errors = roundingErrors(transposed, stacked);
  const { rows, pivots } = eliminateGraded(transposed.mmul(stacked), errors, logScales);

  const rank = pivots.length;
  const ratios = Matrix.zeros(eigenvalues.length + rank, rank);
  pivots.forEach((pivot, column) => {
    const pivotEntry = rows[pivot]![column]!;
    const logPivot = logScales[pivot]! + Math.log(Math.abs(pivotEntry));
    // Columns with κ > 1 are divided by κ: only ratios of scales to the pivot's scale then appear.
    const reference = Math.max(logPivot, 0);
    rows.forEach((row, index) => {
      ratios.set(index, column, scaled(row[column]!, logScales[index]! - reference));
    });
    ratios.set(eigenvalues.length + column, column, Math.exp(-reference));
  });
  orthonormalizeColumns(ratios);

  const result = Matrix.zeros(eigenvalues.length, stacked.columns);
  eigenvalues.forEach((eigenvalue, index) => {
    const factor = Math.exp(Math.min(2 * eigenvalue * time, 0) - logPsi[index]! / 2);
    for (let column = 0; column < rank; column += 1) {
      result.set(index, column, factor * ratios.get(index, column));
    }
  });
  return result;
}

/**
 * Entry-wise bound on the rounding of `OᵀQ` for a computed eigenbasis `O`. Each entry of `O` that is not a structural zero is
 * off by a few ε, however small it is, times the condition of the eigenvectors; `4(p+q)ε` is about twice what is seen.
 */
function roundingErrors(transposed: Matrix, stacked: Matrix): Matrix {
  const errors = Matrix.zeros(transposed.rows, stacked.columns);
  for (let row = 0; row < transposed.rows; row += 1) {
    for (let column = 0; column < stacked.columns; column += 1) {
      let squares = 0;
      for (let k = 0; k < stacked.rows; k += 1) {
        if (transposed.get(row, k) !== 0) squares += stacked.get(k, column) * stacked.get(k, column);
      }
      errors.set(row, column, Math.sqrt(squares) * (4 * stacked.rows * Number.EPSILON));
    }
  }
  return errors;
}

/** `ψ = (1 - e^{-4|λ|t})/(2|λ|)`, which is `2t` for `λ = 0`. */
function elapsed(eigenvalue: number, time: number): number {
  const exponent = 4 * Math.abs(eigenvalue) * time;
  return exponent < 1e-17 ? 2 * time : -Math.expm1(-exponent) / (2 * Math.abs(eigenvalue));
}

/** `value · e^{exponent}` for a result that is representable although the exponential may not be. */
function scaled(value: number, exponent: number): number {
  if (value === 0) return 0;
  return Math.sign(value) * Math.exp(Math.log(Math.abs(value)) + exponent);
}

/** Modified Gram–Schmidt, in place: unlike reflections it keeps the decades between the rows of each column. */
function orthonormalizeColumns(matrix: Matrix): void {
  const columns = matrix.transpose().to2DArray();
  columns.forEach((column, index) => {
    const length = Math.hypot(...column);
    const unit = column.map((value) => value / length);
    columns[index] = unit;
    matrix.setColumn(index, unit);
    for (const later of columns.slice(index + 1)) {
      const overlap = unit.reduce((sum, value, row) => sum + value * later[row]!, 0);
      unit.forEach((value, row) => {
        later[row]! -= overlap * value;
      });
    }
  });
}

function requireFinite(option: string, matrix: Matrix): void {
  for (const value of matrix.values()) requireInput(Number.isFinite(value), option, value, 'finite entries');
}
