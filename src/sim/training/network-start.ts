import { Matrix } from 'ml-matrix';
import { imbalanceOf } from '../../theory/balance.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import type { Problem } from '../../theory/problem.js';
import type { NetworkShape, OptimizedNetworks, Weights } from '../backends/backend.js';
import { concatenated, joined, shareOf } from '../backends/ensembles.js';
import type { Optimizer } from '../backends/optimizer.js';
import { fillGaussian, randomOrthogonal } from '../backends/random.js';

/** The shape of a network with so many rows, hidden units and columns each. */
export function squareShape(dim: number): NetworkShape {
  return { rows: dim, hidden: dim, cols: dim };
}

/** Singular vectors of the task, `U` and `V`, and the rotation `R` of the hidden layer. */
export interface SingularBasis {
  readonly left: Matrix;
  readonly hidden: Matrix;
  readonly right: Matrix;
}

/**
 * Random orthogonal U (rows), R (hidden) and V (columns), so that nothing in the weights of a network gives its modes away.
 *
 * @param seed of the matrices; the same seed gives the same basis, in pre-training and in fine-tuning
 */
export function randomBasis({ rows, hidden, cols }: NetworkShape, seed: number): SingularBasis {
  return {
    left: randomOrthogonal(rows, seed, 0),
    hidden: randomOrthogonal(hidden, seed, 1),
    right: randomOrthogonal(cols, seed, 2),
  };
}

/** `left · diag(values) · rightᵀ`, the values on the diagonal of a rectangular matrix. */
export function embedDiagonal(left: Matrix, values: readonly number[], right: Matrix): Matrix {
  const scaled = leading(left, values.length);
  values.forEach((value, column) => {
    scaled.mulColumn(column, value);
  });
  return scaled.mmul(leading(right, values.length).transpose());
}

/** `left · core · rightᵀ` for a core that acts on the first singular directions only. */
export function embedCore(left: Matrix, core: Matrix, right: Matrix): Matrix {
  return leading(left, core.rows).mmul(core).mmul(leading(right, core.columns).transpose());
}

/** The first columns of a matrix. */
function leading(matrix: Matrix, columns: number): Matrix {
  return matrix.subMatrix(0, matrix.rows - 1, 0, columns - 1);
}

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
      const allowed = `aligned or random where the hidden width (${hidden}) is above rows or columns`;
      throw new InvalidInputError('start', start, allowed);
    }
    const left = leading(randomOrthogonal(rows, seed, FIRST_MATRIX), hidden);
    const right = leading(randomOrthogonal(cols, seed, FIRST_MATRIX + 1), hidden);
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

export function matricesOf({ rows, hidden, cols }: NetworkShape, { first, second }: Weights) {
  return { first: Matrix.from1DArray(rows, hidden, first), second: Matrix.from1DArray(hidden, cols, second) };
}

/** What a network computes, `W1W2`. */
export function productOf(shape: NetworkShape, weights: Weights): Matrix {
  const { first, second } = matricesOf(shape, weights);
  return first.mmul(second);
}

/** `u_iᵀ W v_i` of the first modes: the singular values of a network W that is diagonal in this basis. */
export function diagonalOf(
  network: Matrix,
  { left, right }: Pick<SingularBasis, 'left' | 'right'>,
  modes: number,
): Float64Array {
  const seen = leading(left, modes).transpose().mmul(network);
  return Float64Array.from({ length: modes }, (_, mode) => {
    let sum = 0;
    for (let column = 0; column < seen.columns; column++) sum += seen.get(mode, column) * right.get(column, mode);
    return sum;
  });
}

/**
 * Refuses the closed form where it does not hold.
 *
 * @param weights of one network before training
 * @throws InvalidInputError (option `start`) naming the engine to use, where the weights are not λ-balanced
 */
export function requireBalanced(start: StartName, problem: Problem, weights: Weights): void {
  const { first, second } = matricesOf(problem, weights);
  if (imbalanceOf(first, second) !== null) return;
  throw new InvalidInputError(
    'start',
    start,
    'aligned or balanced with the engine exact, since these weights are not lambda-balanced and no closed form covers them; the engine matrix takes any start',
  );
}

/** Networks before training by an optimiser, which has remembered nothing yet, each with its task, rows × cols. */
export function sideBySide(
  shape: NetworkShape,
  networks: readonly { readonly layers: Weights; readonly target: Float64Array }[],
  optimizer: Pick<Optimizer, 'moments'>,
): OptimizedNetworks {
  const first = concatenated(networks.map(({ layers }) => layers.first));
  const second = concatenated(networks.map(({ layers }) => layers.second));
  return {
    shape,
    count: networks.length,
    first,
    second,
    target: concatenated(networks.map(({ target }) => target)),
    rateScale: new Float64Array(networks.length).fill(1),
    moments: Array.from({ length: optimizer.moments }, () => ({
      first: new Float64Array(first.length),
      second: new Float64Array(second.length),
    })),
    taken: 0,
  };
}

/** Those networks of an ensemble that stand at these places, with all that the optimiser remembers of them. */
export function onlySome(networks: OptimizedNetworks, places: readonly number[]): OptimizedNetworks {
  const { count } = networks;
  return joined(places.map((place) => shareOf(networks, count, { from: place, to: place + 1 })));
}

/** `W1 = e^{−τ} U Rᵀ`, `W2 = e^{−τ} R Vᵀ`. */
export function alignedStart(problem: Problem, { left, hidden, right }: SingularBasis): Weights {
  const factors = problem.modes.map((mode) => Math.sqrt(mode.start));
  return {
    first: Float64Array.from(embedDiagonal(left, factors, hidden).to1DArray()),
    second: Float64Array.from(embedDiagonal(hidden, factors, right).to1DArray()),
  };
}
