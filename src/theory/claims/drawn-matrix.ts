import { Matrix, QrDecomposition } from 'ml-matrix';

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
  return new QrDecomposition(drawnMatrix(size, size, seed)).orthogonalMatrix;
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
