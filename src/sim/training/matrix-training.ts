import { Matrix } from 'ml-matrix';
import type { Problem } from '../../theory/problem.js';
import type { Backend, Weights } from '../backends/backend.js';
import type { TrainedCheckpoint } from './checkpoint.js';
import type { Trainee } from './record-training.js';
import { embedDiagonal, randomBasis, type SingularBasis } from './singular-basis.js';

/**
 * Engine `matrix`: the full layers W1 and W2, from `W1 = e^{−τ} U Rᵀ`, `W2 = e^{−τ} R Vᵀ` with random orthogonal U, R and
 * V, so that nothing in the weights gives the modes away.
 *
 * @param seed of the orthogonal matrices
 */
export function matrixTrainee(problem: Problem, backend: Backend, seed: number): Trainee<Weights> {
  const { rows, hidden, cols } = problem;
  const basis = randomBasis(problem, seed);
  const target = embedDiagonal(basis.left, problem.spectrum, basis.right);
  const common = {
    shape: { rows, hidden, cols },
    count: 1,
    target: Float64Array.from(target.to1DArray()),
    rateScale: Float64Array.of(1),
  };
  return {
    start: alignedStart(problem, basis),
    descend: (weights, rates) => backend.descendNetworks({ ...common, ...weights }, rates),
    inBounds: ({ first, second }) => first.every(boundedSquare) && second.every(boundedSquare),
    record: (weights, time) => matrixCheckpoint(problem, weights, target, basis, time),
  };
}

/** Whether a weight and its fourth power, which enters the loss, are finite. */
export function boundedSquare(weight: number): boolean {
  return Number.isFinite(weight ** 4);
}

/** `W1 = e^{−τ} U Rᵀ`, `W2 = e^{−τ} R Vᵀ`. */
export function alignedStart(problem: Problem, { left, hidden, right }: SingularBasis): Weights {
  const factors = problem.modes.map((mode) => Math.sqrt(mode.start));
  return {
    first: Float64Array.from(embedDiagonal(left, factors, hidden).to1DArray()),
    second: Float64Array.from(embedDiagonal(hidden, factors, right).to1DArray()),
  };
}

/**
 * The record of a network as full matrices.
 *
 * @param weights both layers of one network, row-major
 * @param target the task `A`
 * @param basis singular vectors of the task
 */
export function matrixCheckpoint(
  problem: Problem,
  weights: Weights,
  target: Matrix,
  { left, right }: SingularBasis,
  time: number,
): TrainedCheckpoint {
  const { rows, hidden, cols } = problem;
  const first = Matrix.from1DArray(rows, hidden, Array.from(weights.first));
  const second = Matrix.from1DArray(hidden, cols, Array.from(weights.second));
  const network = first.mmul(second);
  const residual = Matrix.sub(network, target);
  const inLeftBasis = left.transpose().mmul(network);
  const singularValues = Float64Array.from(problem.modes, (_, mode) => {
    let sum = 0;
    for (let column = 0; column < cols; column++)
      sum += inLeftBasis.get(mode, column) * right.get(column, mode);
    return sum;
  });
  return {
    time,
    singularValues,
    loss: residual.dot(residual),
    squaredNorms: [first.dot(first), second.dot(second)],
    network: {
      shape: { rows, hidden, cols },
      count: 1,
      layers: weights,
      residual: Float64Array.from(residual.to1DArray()),
    },
  };
}
