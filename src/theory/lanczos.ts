import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** A symmetric linear map on arrays of numbers of one length. */
export type SymmetricMap = (vector: readonly number[]) => number[];

/** How an eigenvalue is sought. */
export interface LanczosOptions {
  /** The search ends where `‖Hx - θx‖ ≤ tolerance · |H|`; then `θ` is within that of an eigenvalue. Default 1e-10. */
  readonly tolerance?: number;
  /** First vector; any that is not orthogonal to the eigenvector. Where not given, a fixed one without symmetry. */
  readonly start?: readonly number[];
}

/** Vectors kept before the search starts again from the best one. */
const KRYLOV_SIZE = 60;

const MOST_RESTARTS = 50;

/** A small eigenproblem is solved, to see whether the search may end, only once in so many products. */
const CHECK_INTERVAL = 5;

interface RitzPair {
  readonly value: number;
  readonly vector: number[];
  readonly residual: number;
}

/**
 * Largest eigenvalue (the algebraic one) of a symmetric map that is known only by its products with vectors: Lanczos
 * iteration with full reorthogonalisation, restarted from the Ritz vector (Golub and Van Loan, *Matrix Computations*, ch. 10).
 *
 * @param map the map `H`
 * @param size length of its vectors, at least 1
 * @param options tolerance and first vector
 * @returns the largest eigenvalue; NaN where the map gives numbers that are not finite
 */
export function largestEigenvalue(map: SymmetricMap, size: number, options: LanczosOptions = {}): number {
  const { tolerance = 1e-10, start = asymmetricVector(size) } = options;
  let best: RitzPair = { value: Number.NaN, vector: [...start], residual: Infinity };
  for (let restart = 0; restart < MOST_RESTARTS && best.residual > tolerance; restart += 1) {
    best = krylovSearch(map, best.vector, tolerance);
    if (Number.isNaN(best.value)) break;
  }
  return best.value;
}

/** Best Ritz pair of one Krylov space; `residual` is relative to the largest Ritz value in size. */
function krylovSearch(map: SymmetricMap, start: readonly number[], tolerance: number): RitzPair {
  const basis: number[][] = [scaled(start, 1 / norm(start))];
  const diagonal: number[] = [];
  const offDiagonal: number[] = [];
  const most = Math.min(KRYLOV_SIZE, start.length);
  for (;;) {
    const current = basis.at(-1)!;
    const next = map(current);
    diagonal.push(dot(current, next));
    orthogonalize(next, basis);
    orthogonalize(next, basis);
    const length = norm(next);
    if (!Number.isFinite(length)) return { value: Number.NaN, vector: current, residual: 0 };
    const invariant = length <= Number.EPSILON * Math.max(...diagonal.map(Math.abs), ...offDiagonal);
    const full = basis.length === most || invariant;
    if (full || basis.length % CHECK_INTERVAL === 0) {
      const { value, weights, size } = largestRitz(diagonal, offDiagonal);
      const residual = invariant ? 0 : (length * Math.abs(weights.at(-1)!)) / size;
      if (full || residual <= tolerance) return { value, vector: combine(basis, weights), residual };
    }
    offDiagonal.push(length);
    basis.push(scaled(next, 1 / length));
  }
}

/** Largest eigenvalue of a symmetric tridiagonal matrix, its eigenvector, and the largest size of any eigenvalue. */
function largestRitz(diagonal: readonly number[], offDiagonal: readonly number[]) {
  const tridiagonal = Matrix.diag([...diagonal]);
  offDiagonal.forEach((value, index) => {
    tridiagonal.set(index, index + 1, value);
    tridiagonal.set(index + 1, index, value);
  });
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(tridiagonal, {
    assumeSymmetric: true,
  });
  // Eigenvalues come in increasing order.
  const last = realEigenvalues.length - 1;
  const value = realEigenvalues[last]!;
  const size = Math.max(Math.abs(value), Math.abs(realEigenvalues[0]!));
  return { value, weights: eigenvectorMatrix.getColumn(last), size };
}

/** A fixed vector with all entries different and from ½ to 1½ in size, so that no eigenvector of a structured map is orthogonal to it. */
function asymmetricVector(size: number): number[] {
  const golden = (Math.sqrt(5) - 1) / 2;
  return Array.from({ length: size }, (_, index) => 0.5 + (((index + 1) * golden) % 1));
}

function orthogonalize(vector: number[], basis: readonly (readonly number[])[]): void {
  for (const unit of basis) {
    const overlap = dot(unit, vector);
    for (let index = 0; index < vector.length; index += 1) vector[index]! -= overlap * unit[index]!;
  }
}

function combine(basis: readonly (readonly number[])[], weights: readonly number[]): number[] {
  const sum = new Array<number>(basis[0]!.length).fill(0);
  basis.forEach((vector, index) => {
    for (let k = 0; k < sum.length; k += 1) sum[k]! += weights[index]! * vector[k]!;
  });
  return sum;
}

function dot(left: readonly number[], right: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) sum += left[index]! * right[index]!;
  return sum;
}

function norm(vector: readonly number[]): number {
  return Math.sqrt(dot(vector, vector));
}

function scaled(vector: readonly number[], factor: number): number[] {
  return vector.map((value) => value * factor);
}
