import { Matrix } from 'ml-matrix';
import { type Problem, unlearnableLoss } from '../../theory/problem.js';
import type { Backend, OptimizedNetworks, Weights } from '../backends/backend.js';
import type { Optimizer } from '../backends/optimizer.js';
import type { InputMoments } from './input-moments.js';
import {
  alignedStart,
  diagonalOf,
  embedDiagonal,
  matricesOf,
  randomBasis,
  type SingularBasis,
  sideBySide,
} from './network-start.js';
import { layersAt, type TrainedCheckpoint, type Trainee } from './record-training.js';

/**
 * Engine `modes`: a network in the basis of its singular vectors, where K steps of gradient descent are K steps of
 * independent scalar recurrences (T0), exact for an aligned balanced start. Its state is the factors D, one per mode.
 */
export function modeTrainee(problem: Problem, backend: Backend): Trainee<Float64Array> {
  const sigmas = Float64Array.from(problem.modes, (mode) => mode.sigma);
  const common = { count: 1, modes: sigmas.length, sigmas, rateScale: Float64Array.of(1) };
  return {
    start: Float64Array.from(problem.modes, (mode) => Math.sqrt(mode.start)),
    descend: (factors, rates) => backend.descendModes({ ...common, factors }, rates),
    inBounds: (factors) => factors.every((factor) => Number.isFinite(factor ** 4)),
    record: (factors, time) => diagonalCheckpoint(problem, factors, time),
  };
}

/** The record of a network whose two layers are diagonal with the same factors, in the basis of the task. */
function diagonalCheckpoint(problem: Problem, factors: Float64Array, time: number): TrainedCheckpoint {
  const { rows, hidden, cols } = problem;
  const singularValues = factors.map((factor) => factor * factor);
  const residual = new Float64Array(rows * cols);
  let loss = unlearnableLoss(problem);
  problem.spectrum.forEach((sigma, index) => {
    const error = (singularValues[index] ?? 0) - sigma;
    residual[index * cols + index] = error;
    if (index < singularValues.length) loss += error * error;
  });
  const norm = singularValues.reduce((sum, value) => sum + value, 0);
  return {
    time,
    singularValues,
    loss,
    squaredNorms: [norm, norm],
    network: { shape: { rows, hidden, cols }, count: 1, layers: { factors, modes: factors.length }, residual },
  };
}

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

/** The record of a network as full matrices that learns the task `A`, `target`, with these singular vectors. */
export function matrixCheckpoint(
  problem: Problem,
  weights: Weights,
  target: Matrix,
  basis: SingularBasis,
  time: number,
): TrainedCheckpoint {
  const { rows, hidden, cols } = problem;
  const shape = { rows, hidden, cols };
  const { first, second } = matricesOf(shape, weights);
  const network = first.mmul(second);
  const residual = Matrix.sub(network, target);
  const singularValues = diagonalOf(network, basis, problem.modes.length);
  return {
    time,
    singularValues,
    loss: residual.dot(residual),
    squaredNorms: [first.dot(first), second.dot(second)],
    network: { shape, count: 1, layers: weights, residual: Float64Array.from(residual.to1DArray()) },
  };
}

/** Memory that the second moments of one call may take, in bytes. */
const MOMENT_BYTES = 16 * 2 ** 20;

/** How an ensemble of networks is trained. */
export interface OptimizerTraining {
  readonly optimizer: Optimizer;
  /** Both layers of each network at the start. */
  readonly starts: readonly Weights[];
  /** Singular vectors of the task. */
  readonly basis: SingularBasis;
  /** What mini-batches see; absent for the expectation over all inputs. */
  readonly inputs?: InputMoments | undefined;
}

/** Several networks on one task with the full matrices, by any optimiser, on mini-batches or on the expected loss. */
export function optimizerTrainee(
  problem: Problem,
  backend: Backend,
  { optimizer, starts, basis, inputs }: OptimizerTraining,
): Trainee<OptimizedNetworks, readonly TrainedCheckpoint[]> {
  const { rows, hidden, cols } = problem;
  const shape = { rows, hidden, cols };
  const target = embedDiagonal(basis.left, problem.spectrum, basis.right);
  const task = Float64Array.from(target.to1DArray());
  const networks = starts.map((layers) => ({ layers, target: task }));
  const atMost = Math.max(1, Math.floor(MOMENT_BYTES / (8 * starts.length * cols * cols)));
  return {
    start: sideBySide(shape, networks, optimizer),
    async descend(networks, rates) {
      if (inputs === undefined) return backend.optimizeNetworks(networks, { optimizer, rates });
      let current = networks;
      for (let from = 0; from < rates.length; from += atMost) {
        const part = rates.slice(from, from + atMost);
        const moments = inputs.draw(current.taken, part.length);
        current = await backend.optimizeNetworks(current, { optimizer, rates: part, inputs: moments });
      }
      return current;
    },
    inBounds: (networks) => networks.first.every(boundedSquare) && networks.second.every(boundedSquare),
    record: (trained, time) =>
      starts.map((_, at) => matrixCheckpoint(problem, layersAt(trained, shape, at), target, basis, time)),
  };
}
