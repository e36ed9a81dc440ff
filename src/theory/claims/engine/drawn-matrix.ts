import { Matrix } from 'ml-matrix';

/**
 * A matrix of independent standard normal entries that a seed determines, so that an instance of a claim can name a
 * matrix of any shape by one number and still shrink in shape.
 *
 * @param seed any integer; 0 gives a matrix too
 */
export function drawnMatrix(rows: number, cols: number, seed: number): Matrix {
  const next = uniforms(seed);
  const matrix = Matrix.zeros(rows, cols);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < cols; column++) {
      const radius = Math.sqrt(-2 * Math.log(next()));
      matrix.set(row, column, radius * Math.cos(2 * Math.PI * next()));
    }
  }
  return matrix;
}

/** An orthogonal matrix that a seed determines: the Q factor of {@link drawnMatrix}; seed 0 gives the identity. */
export function drawnOrthogonal(size: number, seed: number): Matrix {
  if (seed === 0) return Matrix.eye(size);
  return orthogonalFactor(drawnMatrix(size, size, seed));
}

/** The Q factor of a square matrix by Householder reflections; that of the library makes several matrices on its way. */
function orthogonalFactor(matrix: Matrix): Matrix {
  const size = matrix.rows;
  // Column by column, the reflectors in place of what they annul; each begins with 1 more than its share of its length.
  const reflectors = Array.from({ length: size }, (_, column) => matrix.getColumn(column));
  for (let k = 0; k < size; k++) {
    const pivot = reflectors[k]!;
    let length = 0;
    for (let row = k; row < size; row++) length = hypotenuse(length, pivot[row]!);
    if (length === 0) continue;
    const signed = pivot[k]! < 0 ? -length : length;
    for (let row = k; row < size; row++) pivot[row]! /= signed;
    pivot[k]! += 1;
    for (let column = k + 1; column < size; column++) reflect(reflectors[column]!, pivot, k);
  }
  const columns: number[][] = [];
  for (let k = size - 1; k >= 0; k--) {
    const unit = new Array<number>(size).fill(0);
    unit[k] = 1;
    columns[k] = unit;
    for (let column = k; column < size; column++) reflect(columns[column]!, reflectors[k]!, k);
  }
  const factor = Matrix.zeros(size, size);
  columns.forEach((column, index) => {
    for (let row = 0; row < size; row++) factor.set(row, index, column[row]!);
  });
  return factor;
}

/** Reflects a vector by the reflector that begins at coordinate `from`; by none where that is zero. */
function reflect(vector: number[], reflector: readonly number[], from: number): void {
  if (reflector[from] === 0) return;
  let overlap = 0;
  for (let row = from; row < vector.length; row++) overlap += reflector[row]! * vector[row]!;
  const share = -overlap / reflector[from]!;
  for (let row = from; row < vector.length; row++) vector[row]! += share * reflector[row]!;
}

/** `√(a² + b²)` without overflow. */
function hypotenuse(a: number, b: number): number {
  const [small, large] = Math.abs(a) > Math.abs(b) ? [b, a] : [a, b];
  return large === 0 ? 0 : Math.abs(large) * Math.sqrt(1 + (small / large) ** 2);
}

/** Numbers in (0, 1) by Weyl increments through a 32-bit mixing function (Steele, Lea and Flood's SplitMix). */
function uniforms(seed: number): () => number {
  // Mixed first, so that neighbouring seeds do not give the same sequence one step apart.
  let state = mix((seed | 0) ^ 0x3c6ef372);
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    return (mix(state) + 0.5) / 2 ** 32;
  };
}

function mix(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
