import { Matrix } from 'ml-matrix';
import { imbalanceOf } from '../../theory/balance.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import type { Problem } from '../../theory/problem.js';
import type { Weights } from '../backends/backend.js';
import { fillGaussian } from '../noise/gaussian.js';
import { randomOrthogonal } from '../noise/orthogonal.js';
import { alignedStart } from './matrix-training.js';
import type { SingularBasis } from './singular-basis.js';

/** Where training on full matrices can start. */
export const startNames = ['aligned', 'balanced', 'random'] as const;

/**
 * `aligned`: along the singular vectors of the task, what all theory of modes is about. `balanced`: both layers `e^{−τ}` times
 * matrices with orthonormal rows or columns that know nothing of the task. `random`: Gaussian weights of the same
 * expected norm, which are neither.
 */
export type StartName = (typeof startNames)[number];

/** Matrices drawn for the basis of the task come first; those of the start follow. */
const FIRST_MATRIX = 3;
const FIRST_STREAM = 3;

/**
 * Both layers of a network before training.
 *
 * @param basis singular vectors of the task
 * @param seed of the random matrices
 * @param replicate distinguishes random starts of one seed; the others are the same in every replicate
 * @throws InvalidInputError (option `start`) for `balanced` with a hidden layer wider than rows or columns, where orthonormal
 *   columns do not exist
 */
export function networkStart(
  start: StartName,
  problem: Problem,
  basis: SingularBasis,
  seed: number,
  replicate = 0,
): Weights {
  const { rows, hidden, cols, tau } = problem;
  if (start === 'aligned') return alignedStart(problem, basis);
  const scale = Math.exp(-tau);
  if (start === 'balanced') {
    if (hidden > Math.min(rows, cols)) {
      throw new InvalidInputError(
        'start',
        start,
        `aligned or random where the hidden width (${hidden}) is above rows or columns`,
      );
    }
    const left = randomOrthogonal(rows, seed, FIRST_MATRIX).subMatrix(0, rows - 1, 0, hidden - 1);
    const right = randomOrthogonal(cols, seed, FIRST_MATRIX + 1).subMatrix(0, cols - 1, 0, hidden - 1);
    return {
      first: Float64Array.from(left.mul(scale).to1DArray()),
      second: Float64Array.from(right.transpose().mul(scale).to1DArray()),
    };
  }
  const modes = Math.min(rows, hidden, cols);
  return {
    first: gaussianLayer(rows * hidden, scale * Math.sqrt(modes / (rows * hidden)), seed, 2 * replicate),
    second: gaussianLayer(hidden * cols, scale * Math.sqrt(modes / (hidden * cols)), seed, 2 * replicate + 1),
  };
}

function gaussianLayer(size: number, deviation: number, seed: number, which: number): Float64Array {
  const layer = new Float64Array(size);
  fillGaussian(layer, seed, 'basis', FIRST_STREAM + which);
  return layer.map((value) => deviation * value);
}

/**
 * Refuses the closed form where it does not hold.
 *
 * @param weights of one network before training
 * @throws InvalidInputError (option `start`) naming the engine to use, where the weights are not λ-balanced
 */
export function requireBalanced(
  start: StartName,
  { rows, hidden, cols }: Problem,
  { first, second }: Weights,
): void {
  const left = Matrix.from1DArray(rows, hidden, Array.from(first));
  const right = Matrix.from1DArray(hidden, cols, Array.from(second));
  if (imbalanceOf(left, right) !== null) return;
  throw new InvalidInputError(
    'start',
    start,
    'aligned or balanced with the engine exact, as these weights are not lambda-balanced and no closed form covers them; the engine matrix takes any start',
  );
}
