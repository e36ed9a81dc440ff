import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { hypotenuse } from './linear-algebra.js';

/** A symmetric linear map on arrays of numbers of one length; every product is an array of its own. */
export type SymmetricMap = (vector: Float64Array) => Float64Array;

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

/** The best that one Krylov space has for an eigenvalue. */
interface RitzValue {
  readonly value: number;
  readonly residual: number;
  /** Its vector, from which a search starts again. */
  vector(): Float64Array;
}

/**
 * Largest eigenvalue (the algebraic one) of a symmetric map that is known only by its products with vectors: Lanczos
 * iteration with full reorthogonalisation, restarted from the Ritz vector (Golub and Van Loan, *Matrix Computations*, ch. 10).
 *
 * @returns the largest eigenvalue; NaN where the map gives numbers that are not finite
 */
export function largestEigenvalue(map: SymmetricMap, size: number, options: LanczosOptions = {}): number {
  const { tolerance = 1e-10, start = asymmetricVector(size) } = options;
  let best: RitzValue = { value: Number.NaN, residual: Infinity, vector: () => Float64Array.from(start) };
  for (let restart = 0; restart < MOST_RESTARTS && best.residual > tolerance; restart += 1) {
    best = krylovSearch(map, best.vector(), tolerance);
    if (Number.isNaN(best.value)) break;
  }
  return best.value;
}

/** Best Ritz value of one Krylov space; `residual` is relative to the largest Ritz value in size. */
function krylovSearch(map: SymmetricMap, start: Float64Array, tolerance: number): RitzValue {
  const basis: Float64Array[] = [scaled(start, 1 / norm(start))];
  const diagonal: number[] = [];
  const offDiagonal: number[] = [];
  const most = Math.min(KRYLOV_SIZE, start.length);
  for (;;) {
    const current = basis.at(-1)!;
    const next = map(current);
    // In exact arithmetic the last two vectors are all that is to be taken away; what rounding leaves of the others is small then,
    // so that one pass over all of them is enough.
    diagonal.push(dot(current, next));
    orthogonalize(next, basis.slice(-2));
    orthogonalize(next, basis);
    const length = norm(next);
    if (!Number.isFinite(length)) return { value: Number.NaN, residual: 0, vector: () => current };
    const invariant = length <= Number.EPSILON * Math.max(...diagonal.map(Math.abs), ...offDiagonal);
    const full = basis.length === most || invariant;
    if (full || basis.length % CHECK_INTERVAL === 0) {
      const { value, last, size } = largestRitz(diagonal, offDiagonal);
      const residual = invariant ? 0 : (length * Math.abs(last)) / size;
      const vector = () => ritzVector(basis, diagonal, offDiagonal);
      if (full || residual <= tolerance) return { value, residual, vector };
    }
    offDiagonal.push(length);
    basis.push(scaled(next, 1 / length));
  }
}

/**
 * Largest eigenvalue of a symmetric tridiagonal matrix, the last entry of its unit eigenvector, and the largest size of any eigenvalue: QL
 * steps with shifts (Bowdler, Martin, Reinsch and Wilkinson 1968). Nothing but the last row of the eigenvectors is rotated along,
 * so that n² operations do.
 */
function largestRitz(diagonal: readonly number[], offDiagonal: readonly number[]) {
  const values = Float64Array.from(diagonal);
  const beside = new Float64Array(values.length);
  beside.set(offDiagonal);
  const row = new Float64Array(values.length);
  row[row.length - 1] = 1;
  let shifted = 0;
  let scale = 0;
  for (let from = 0; from < values.length; from += 1) {
    scale = Math.max(scale, Math.abs(values[from]!) + Math.abs(beside[from]!));
    const negligible = Number.EPSILON * scale;
    let to = from;
    while (Math.abs(beside[to]!) > negligible) to += 1;
    while (to > from && Math.abs(beside[from]!) > negligible) {
      shifted += shift(values, beside, from);
      sweep(values, beside, row, from, to);
    }
    values[from]! += shifted;
  }
  let [best, least] = [0, 0];
  values.forEach((value, index) => {
    if (value >= values[best]!) best = index;
    if (value < values[least]!) least = index;
  });
  const value = values[best]!;
  return { value, last: row[best]!, size: Math.max(Math.abs(value), Math.abs(values[least]!)) };
}

/** Subtracts an eigenvalue of the upper 2×2 block from the diagonal below it, and returns it. */
function shift(values: Float64Array, beside: Float64Array, from: number): number {
  const before = values[from]!;
  const half = (values[from + 1]! - before) / (2 * beside[from]!);
  const root = half + Math.sign(half || 1) * hypotenuse(half, 1);
  values[from] = beside[from]! / root;
  values[from + 1] = beside[from]! * root;
  const shift = before - values[from]!;
  for (let index = from + 2; index < values.length; index += 1) values[index]! -= shift;
  return shift;
}

/** Plane rotations from the end of an unreduced block to its beginning. */
function sweep(values: Float64Array, beside: Float64Array, row: Float64Array, from: number, to: number): void {
  const [second, secondBeside] = [values[from + 1]!, beside[from + 1]!];
  let pivot = values[to]!;
  let [cosine, sine] = [1, 0];
  let [cosineBefore, cosineEarlier, sineBefore] = [1, 1, 0];
  for (let index = to - 1; index >= from; index -= 1) {
    [cosineEarlier, cosineBefore, sineBefore] = [cosineBefore, cosine, sine];
    const across = cosine * beside[index]!;
    const along = cosine * pivot;
    const length = hypotenuse(pivot, beside[index]!);
    beside[index + 1] = sine * length;
    sine = beside[index]! / length;
    cosine = pivot / length;
    pivot = cosine * values[index]! - sine * across;
    values[index + 1] = along + sine * (cosine * across + sine * values[index]!);
    const upper = row[index + 1]!;
    row[index + 1] = sine * row[index]! + cosine * upper;
    row[index] = cosine * row[index]! - sine * upper;
  }
  pivot = (-sine * sineBefore * cosineEarlier * secondBeside * beside[from]!) / second;
  beside[from] = sine * pivot;
  values[from] = cosine * pivot;
}

/** The Ritz vector of that largest eigenvalue. */
function ritzVector(basis: readonly Float64Array[], diagonal: readonly number[], offDiagonal: readonly number[]) {
  const tridiagonal = Matrix.diag([...diagonal]);
  offDiagonal.forEach((value, index) => {
    tridiagonal.set(index, index + 1, value);
    tridiagonal.set(index + 1, index, value);
  });
  const { eigenvectorMatrix } = new EigenvalueDecomposition(tridiagonal, { assumeSymmetric: true });
  // Eigenvalues come in increasing order.
  const weights = eigenvectorMatrix.getColumn(diagonal.length - 1);
  const sum = new Float64Array(basis[0]!.length);
  basis.forEach((vector, index) => {
    for (let k = 0; k < sum.length; k += 1) sum[k]! += weights[index]! * vector[k]!;
  });
  return sum;
}

/** A fixed vector with all entries different and from ½ to 1½ in size, so that no eigenvector of a structured map is orthogonal to it. */
function asymmetricVector(size: number): number[] {
  const golden = (Math.sqrt(5) - 1) / 2;
  return Array.from({ length: size }, (_, index) => 0.5 + (((index + 1) * golden) % 1));
}

/** Takes the overlaps with the vectors of a basis away, one after the other. Each pass also sums the next overlap. */
function orthogonalize(vector: Float64Array, basis: readonly Float64Array[]): void {
  let overlap = dot(basis[0]!, vector);
  for (let at = 0; at < basis.length; at += 1) {
    const unit = basis[at]!;
    const following = basis[at + 1] ?? unit;
    let sum = 0;
    for (let index = 0; index < vector.length; index += 1) {
      const left = vector[index]! - overlap * unit[index]!;
      vector[index] = left;
      sum += following[index]! * left;
    }
    overlap = sum;
  }
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) sum += left[index]! * right[index]!;
  return sum;
}

function norm(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}

function scaled(vector: Float64Array, factor: number): Float64Array {
  return vector.map((value) => value * factor);
}
