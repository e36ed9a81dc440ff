import { Matrix } from 'ml-matrix';
import { nuclearNorm } from '../../../theory/factorization-floor.js';
import { expectedExcess } from '../../../theory/sensitivity.js';
import type { Backend, NetworkShape, Weights } from '../../backends/backend.js';
import { type Estimate, estimateExcess } from '../../noise/excess.js';
import { NoiseReplicates } from '../../noise/noise-replicates.js';
import { meanOf } from './best-rate.js';
import { bestNetworks, type TrainedCell } from './decoupling-study.js';

/** Sensitivity to noise of the networks of one cell at its best learning rate, means over those that did not diverge. */
export interface FinalSensitivity {
  readonly cell: TrainedCell;
  readonly nuclear: number;
  /** `γ²(q‖W1‖² + p‖W2‖²) + γ⁴phq` (T1). */
  readonly theory: number;
  /** Least that any factorisation of the same products of this width has (T6). */
  readonly floor: number;
  /** Monte Carlo mean. As all networks meet the same noise, its error is bounded by the mean of their errors. */
  readonly simulated: Estimate;
}

/** Measures them, a cell at a time; cells whose networks have all diverged are left out. */
export async function* finalSensitivities(
  backend: Backend,
  cells: readonly TrainedCell[],
  task: Matrix,
  { gamma, replicates, seed }: { readonly gamma: number; readonly replicates: number; readonly seed: number },
): AsyncGenerator<FinalSensitivity, void, undefined> {
  const noises = new Map<number, NoiseReplicates>();
  for (const cell of cells) {
    const shape = { rows: task.rows, hidden: cell.width, cols: task.columns };
    const noise = noises.get(cell.width) ?? new NoiseReplicates(shape, replicates, seed);
    noises.set(cell.width, noise);
    const finite = bestNetworks(cell).filter(({ divergedAt }) => divergedAt === undefined);
    if (finite.length === 0) continue;
    const measured = [];
    for (const { layers } of finite) {
      const [first, second] = matricesOf(shape, layers);
      const product = first.mmul(second);
      const residual = Float64Array.from(Matrix.sub(product, task).to1DArray());
      const network = { shape, count: 1, layers, residual };
      const [estimate] = await estimateExcess(backend, network, noise, [gamma]);
      const nuclear = nuclearNorm(product);
      const cubed = gamma ** 4 * shape.rows * shape.hidden * shape.cols;
      measured.push({
        nuclear,
        theory: expectedExcess(first, second, gamma),
        floor: gamma ** 2 * 2 * Math.sqrt(shape.rows * shape.cols) * nuclear + cubed,
        estimate: estimate!,
      });
    }
    yield {
      cell,
      nuclear: meanOf(measured.map(({ nuclear }) => nuclear)),
      theory: meanOf(measured.map(({ theory }) => theory)),
      floor: meanOf(measured.map(({ floor }) => floor)),
      simulated: {
        mean: meanOf(measured.map(({ estimate }) => estimate.mean)),
        standardError: meanOf(measured.map(({ estimate }) => estimate.standardError)),
      },
    };
  }
}

/** Both layers of a network as matrices. */
export function matricesOf(
  { rows, hidden, cols }: NetworkShape,
  { first, second }: Weights,
): readonly [Matrix, Matrix] {
  return [
    Matrix.from1DArray(rows, hidden, Array.from(first)),
    Matrix.from1DArray(hidden, cols, Array.from(second)),
  ];
}
