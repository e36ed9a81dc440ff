import { Matrix } from 'ml-matrix';
import { alignedSharpness } from '../../../theory/aligned-sharpness.js';
import { sharpness } from '../../../theory/hessian.js';
import type { Problem } from '../../../theory/problem.js';
import type { Backend, PerturbedNetworks } from '../../backends/backend.js';
import { type Estimate, estimateExcess, RunningEstimate } from '../../noise/excess.js';
import type { NoiseReplicates } from '../../noise/noise-replicates.js';
import type { TrainedCheckpoint } from '../../training/checkpoint.js';

/** Independent trainings by one schedule at one recorded time. */
export interface EnsemblePoint {
  readonly time: number;
  readonly loss: Estimate;
  readonly sensitivity: Estimate;
  /** Loss + sensitivity: the standard error of the sum, as loss and sensitivity of one training are not independent. */
  readonly perturbed: Estimate;
  /** Mean of `‖W1‖²` and of `‖W2‖²`, and the Monte Carlo error of the mean sensitivity alone. */
  readonly squaredNorms: readonly [number, number];
  readonly noiseError: number;
  /** Largest eigenvalue of the Hessian, mean over the trainings; null where it was not asked for. */
  readonly sharpness: Estimate | null;
  /** Singular values of the first training. */
  readonly singularValues: Float64Array;
}

/** What is measured on every training. */
export interface Measurement {
  readonly gamma: number;
  /** Noise of each training, from streams of its own. */
  readonly noise: readonly NoiseReplicates[];
  readonly withSharpness: boolean;
  /** The task `A` where networks are full matrices. */
  readonly target: Matrix | undefined;
}

/**
 * Loss, sensitivity and sharpness of trained networks, with their standard errors over the trainings; for a single one the
 * only error is that of the Monte Carlo noise.
 */
export async function measureEnsemble(
  problem: Problem,
  backend: Backend,
  trained: readonly TrainedCheckpoint[],
  { gamma, noise, withSharpness, target }: Measurement,
): Promise<EnsemblePoint> {
  const losses = new RunningEstimate();
  const sensitivities = new RunningEstimate();
  const sums = new RunningEstimate();
  const sharpnesses = new RunningEstimate();
  let noiseVariance = 0;
  let norms: [number, number] = [0, 0];
  for (const [index, checkpoint] of trained.entries()) {
    const [excess] = await estimateExcess(backend, checkpoint.network, noise[index]!, [gamma]);
    losses.add(checkpoint.loss);
    sensitivities.add(excess!.mean);
    sums.add(checkpoint.loss + excess!.mean);
    noiseVariance += excess!.standardError ** 2;
    const [first, second] = checkpoint.squaredNorms;
    norms = [norms[0] + first / trained.length, norms[1] + second / trained.length];
    if (withSharpness) sharpnesses.add(sharpnessOf(problem, checkpoint, target));
  }
  const noiseError = Math.sqrt(noiseVariance) / trained.length;
  const alone = trained.length === 1;
  const of = (running: RunningEstimate, error: number): Estimate =>
    alone ? { mean: running.result().mean, standardError: error } : running.result();
  return {
    time: trained[0]!.time,
    loss: of(losses, 0),
    sensitivity: of(sensitivities, noiseError),
    perturbed: of(sums, noiseError),
    squaredNorms: norms,
    noiseError,
    sharpness: withSharpness ? of(sharpnesses, 0) : null,
    singularValues: trained[0]!.singularValues,
  };
}

/** Lanczos gets this close, relative to the largest eigenvalue; a figure shows three digits. */
const SHARPNESS_TOLERANCE = 1e-6;

function sharpnessOf(problem: Problem, checkpoint: TrainedCheckpoint, target: Matrix | undefined): number {
  const { layers }: PerturbedNetworks = checkpoint.network;
  if ('factors' in layers || target === undefined)
    return alignedSharpness(problem, checkpoint.singularValues);
  const { rows, hidden, cols } = problem;
  return sharpness(
    Matrix.from1DArray(rows, hidden, Array.from(layers.first)),
    Matrix.from1DArray(hidden, cols, Array.from(layers.second)),
    target,
    { tolerance: SHARPNESS_TOLERANCE },
  );
}
