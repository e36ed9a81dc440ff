import { Matrix, QrDecomposition } from 'ml-matrix';

/** A small seeded generator of uniform numbers in [0, 1) (mulberry32): enough to make test cases from one integer. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Independent standard normal entries (Box–Muller). */
export function gaussianMatrix(rows: number, columns: number, random: () => number): Matrix {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return new Matrix(Array.from({ length: rows }, () => Array.from({ length: columns }, normal)));
}

/** A random matrix with `Mᵀ M = I` (`rows ≥ columns`). */
export function orthonormalColumns(rows: number, columns: number, random: () => number): Matrix {
  return new QrDecomposition(gaussianMatrix(rows, columns, random)).orthogonalMatrix;
}

/**
 * Random λ-balanced weights, `W1ᵀW1 - W2W2ᵀ = imbalance·I`: in a random hidden basis both have orthogonal columns (rows), with
 * squared lengths that differ by the imbalance. `imbalance > 0` needs `hidden ≤ rows`, `< 0` needs `hidden ≤ cols`.
 */
export function balancedWeights(
  rows: number,
  hidden: number,
  cols: number,
  scale: number,
  imbalance: number,
  random: () => number,
): { first: Matrix; second: Matrix } {
  const count = Math.min(rows, hidden, cols);
  const left = orthonormalColumns(rows, Math.min(rows, hidden), random);
  const right = orthonormalColumns(cols, Math.min(cols, hidden), random);
  const rotation = orthonormalColumns(hidden, hidden, random);
  const first = Matrix.zeros(rows, hidden);
  const second = Matrix.zeros(hidden, cols);
  for (let index = 0; index < hidden; index++) {
    const smaller = index < count ? (scale * (0.1 + random())) ** 2 : 0;
    const onFirst = Math.sqrt(smaller + Math.max(imbalance, 0));
    const onSecond = Math.sqrt(smaller + Math.max(-imbalance, 0));
    for (let row = 0; row < rows && onFirst > 0; row++) first.set(row, index, onFirst * left.get(row, index));
    for (let col = 0; col < cols && onSecond > 0; col++) second.set(index, col, onSecond * right.get(col, index));
  }
  return { first: first.mmul(rotation), second: rotation.transpose().mmul(second) };
}
