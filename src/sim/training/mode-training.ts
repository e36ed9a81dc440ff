import type { Problem } from '../../theory/problem.js';
import { unlearnableLoss } from '../../theory/trajectory.js';
import type { Backend } from '../backends/backend.js';
import type { TrainedCheckpoint } from './checkpoint.js';
import type { Trainee } from './record-training.js';

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
    network: {
      shape: { rows, hidden, cols },
      count: 1,
      layers: { factors, modes: factors.length },
      residual,
    },
  };
}
