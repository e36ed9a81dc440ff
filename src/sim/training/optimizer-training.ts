import type { Problem } from '../../theory/problem.js';
import type { Backend, OptimizedNetworks, Weights } from '../backends/backend.js';
import type { InputMoments } from '../noise/input-moments.js';
import type { TrainedCheckpoint } from './checkpoint.js';
import { layersAt } from './layers-at.js';
import { boundedSquare, matrixCheckpoint } from './matrix-training.js';
import type { Optimizer } from './optimizers/optimizer.js';
import type { Trainee } from './record-training.js';
import { sideBySide } from './side-by-side.js';
import { embedDiagonal, type SingularBasis } from './singular-basis.js';

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
  const target = embedDiagonal(basis.left, problem.spectrum, basis.right);
  const task = Float64Array.from(target.to1DArray());
  const atMost = Math.max(1, Math.floor(MOMENT_BYTES / (8 * starts.length * cols * cols)));
  return {
    start: sideBySide(
      { rows, hidden, cols },
      starts.map((layers) => ({ layers, target: task })),
      optimizer,
    ),
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
    record: (networks, time) =>
      starts.map((_, network) => {
        const weights = layersAt(networks, { rows, hidden, cols }, network);
        return matrixCheckpoint(problem, weights, target, basis, time);
      }),
  };
}
