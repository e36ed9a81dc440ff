import { Matrix } from 'ml-matrix';
import { flowWeights } from '../../riccati.js';
import { type Conclusion, equal } from './claim.js';
import { diagonalInBases } from './diagonal-in-bases.js';
import { matrixDistance } from './matrix-distance.js';

/** Orthogonal columns of equal length with whole entries, so that products with short binary fractions are exact. */
const WHOLE_BASES = [
  [[1]],
  [
    [1, 1],
    [1, -1],
  ],
  [
    [1, 2, 2],
    [2, 1, -2],
    [2, -2, 1],
  ],
];

/**
 * Modes that the start lacks exactly stay away for ever, and all others are learned: the last three of them at most, rounded
 * to binary fractions, in a basis in which nothing else is rounded.
 *
 * @param modes singular value of the task and factor of the start of each mode, at least one
 */
export function neverGrows(
  modes: readonly { readonly sigma: number; readonly factor: number }[],
): Conclusion {
  const basis = new Matrix(WHOLE_BASES[Math.min(modes.length, WHOLE_BASES.length) - 1]!);
  const some = modes.slice(-basis.rows);
  // Where singular values are close or differ by decades, the rounding errors of the computed singular vectors are large.
  const sigmas = some.map(({ sigma }) => Math.round(4 * Math.min(sigma, 3)) / 4);
  const factors = some.map(({ factor }) => Math.round(1024 * factor) / 1024);
  const task = diagonalInBases(basis, sigmas, basis);
  const first = Matrix.mul(basis, 1).mulRowVector(factors);
  const { first: left, second: right } = flowWeights(first, first.transpose(), task, Infinity);
  const learned = sigmas.map((sigma, index) => (factors[index] === 0 ? 0 : sigma));
  return equal(
    {
      label: `distance of the limit from the learned part of diag(${sigmas}), factors ${factors}`,
      value: matrixDistance(left.mmul(right), diagonalInBases(basis, learned, basis)),
    },
    { label: 'none', value: 0 },
    1e-12 * (1 + task.norm()),
  );
}
