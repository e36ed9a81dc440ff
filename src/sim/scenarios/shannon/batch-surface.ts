import { InvalidInputError } from '../../../theory/invalid-input.js';
import { createProblem, type Problem } from '../../../theory/problem.js';
import type { Backend, PerturbedNetworks } from '../../backends/backend.js';
import { descentWork } from '../../backends/gpu-js/gpu-threshold.js';
import { type Estimate, estimateExcess, NoiseReplicates } from '../../noise/excess.js';
import { estimateOf } from '../../noise/means.js';
import { requireEnsembleMemory } from '../../scenario/memory.js';
import type { Plan, RunContext, RunEvent, RunRequest } from '../../scenario/scenario.js';
import { optimizerTrainee } from '../../training/engines.js';
import { batchSlowdown, InputMoments } from '../../training/input-moments.js';
import { alignedStart, randomBasis } from '../../training/network-start.js';
import { optimizerNamed } from '../../training/optimizers.js';
import { stabilityWarnings } from '../../training/pretraining.js';
import { hasDiverged, recordTraining, type TrainedCheckpoint } from '../../training/record-training.js';
import { constantPlan, outOfFloat32, type TrainingPlan } from '../../training/training-plan.js';
import {
  expectedRise,
  noiseScale,
  pretrainingOf,
  progressOf,
  type SimulatedPoint,
  type TrainedWidth,
  theoryOf,
} from './noisy-surface.js';
import type { ShannonParameters } from './shannon.js';

/** What is seen of all trainings of a width at one time, for each signal-to-noise ratio. */
export async function measureTrainings(
  backend: Backend,
  trained: readonly TrainedCheckpoint[],
  noise: readonly NoiseReplicates[],
  snrs: readonly number[],
  problem: Problem,
): Promise<SimulatedPoint[]> {
  const draws = noise[0]!.replicates * trained.length;
  const perturbed: { checkpoint: TrainedCheckpoint; norm: number; excess: Estimate[] }[] = [];
  for (const [index, checkpoint] of trained.entries()) {
    const [first, second] = checkpoint.squaredNorms;
    const norm = Math.sqrt(first * second);
    const gammas = snrs.map((snr) => noiseScale(problem, norm, snr));
    const excess = await estimateExcess(backend, balanced(checkpoint), noise[index]!, gammas);
    perturbed.push({ checkpoint, norm, excess });
  }
  const loss = estimateOf(trained.map((checkpoint) => checkpoint.loss)).mean;
  return snrs.map((snr, which) => {
    const rises = perturbed.map(({ checkpoint, norm, excess }) => ({
      ...excess[which]!,
      ...expectedRise(problem, [norm, norm], { snr, time: checkpoint.time, draws }),
      perturbed: checkpoint.loss + excess[which]!.mean,
    }));
    const variance = rises.reduce((sum, { standardError }) => sum + standardError ** 2, 0);
    const noiseError = Math.sqrt(variance) / trained.length;
    const overTrainings = estimateOf(rises.map((rise) => rise.perturbed)).standardError;
    return {
      loss,
      excess: { mean: estimateOf(rises.map(({ mean }) => mean)).mean, standardError: noiseError },
      standardError: trained.length === 1 ? noiseError : overTrainings,
      identity: estimateOf(rises.map(({ identity }) => identity)).mean,
      chance: Math.max(...rises.map(({ chance }) => chance)),
    };
  });
}

/**
 * The same network with layers of equal norm. Noise on it of one scale is, on the network as it was trained, noise on each layer in
 * proportion to that layer's weights.
 */
function balanced({ network, squaredNorms: [first, second] }: TrainedCheckpoint): PerturbedNetworks {
  if ('factors' in network.layers) return network;
  const ratio = (second / first) ** 0.25;
  return {
    ...network,
    layers: {
      first: network.layers.first.map((weight) => weight * ratio),
      second: network.layers.second.map((weight) => weight / ratio),
    },
  };
}

/** What makes a surface of networks that are trained on mini-batches. */
export type BatchSettings = ShannonParameters & { readonly batch: number };

/** How training on mini-batches is computed: by the same steps for every width. */
export interface BatchesPlan extends Plan {
  readonly steps: TrainingPlan;
}

/**
 * Plans training on mini-batches.
 *
 * @throws InvalidInputError when an engine was asked for that has no mini-batches, or it would not fit in memory
 */
export function planBatches(settings: BatchSettings, request: RunRequest): BatchesPlan {
  const { batch, trainings, times, tau, learningRate } = settings;
  if (request.engine !== 'auto' && request.engine !== 'matrix') {
    throw new InvalidInputError('--engine', request.engine, `auto or matrix with batch=${batch}`);
  }
  const widest = createProblem(pretrainingOf(settings, settings.widths.at(-1)!));
  requireEnsembleMemory(widest, trainings);
  const { spectrum, cols } = widest;
  const largest = Math.max(spectrum[0]!, Math.exp(-2 * tau));
  const rate =
    learningRate === 'auto' ? GRADIENT_DESCENT.smallRate(largest) / batchSlowdown(cols, batch) : learningRate;
  const steps = constantPlan(times, rate);
  const work = descentWork(widest, trainings, steps.totalSteps * settings.widths.length);
  return {
    engine: 'matrix',
    steps,
    backend: {
      float64Reason: outOfFloat32(spectrum[0]!, Math.exp(-tau), 'initial factors'),
      operations: work.flops,
      work,
    },
    warnings: () => stabilityWarnings(rate, spectrum),
  };
}

const GRADIENT_DESCENT = optimizerNamed('gradient-descent');

/**
 * Trains a width on mini-batches and puts noise on every checkpoint of every training, in proportion to its weights. Every width,
 * training and checkpoint has random numbers of its own, so that the errors of widths and of trainings are independent. Yields progress
 * and divergence and returns what was seen.
 *
 * @param index of the width among those of the run, which decides its random numbers
 */
export async function* trainWidthOnBatches(
  settings: BatchSettings,
  index: number,
  plan: TrainingPlan,
  { seed, ...context }: RunContext,
): AsyncGenerator<RunEvent, TrainedWidth, undefined> {
  const { widths, times, snrs, replicates, batch, trainings } = settings;
  const backend = context.backend!;
  const width = widths[index]!;
  const problem = createProblem(pretrainingOf(settings, width));
  const basis = randomBasis(problem, seed);
  const start = alignedStart(problem, basis);
  const ensemble = optimizerTrainee(problem, backend, {
    optimizer: GRADIENT_DESCENT,
    starts: Array.from({ length: trainings }, () => start),
    basis,
    inputs: new InputMoments(problem.cols, batch, trainings, seed, index * trainings),
  });
  const theory = theoryOf(problem, width);
  const trained = { width, problem, simulated: undefined, checkpoints: [] };
  const points: TrainedWidth['points'][number][] = [];
  let divergedAt: number | undefined;
  let at = 0;
  for await (const recorded of recordTraining(plan, ensemble, undefined)) {
    const time = times[at]!;
    if (hasDiverged(recorded)) {
      if (divergedAt === undefined) {
        const network = `pre-training on mini-batches, width ${width}`;
        yield { kind: 'diverged', divergence: { network, step: recorded.divergedAt, learning_rate: plan.largestRate } };
      }
      divergedAt = recorded.divergedAt;
      points.push(...snrs.map((snr) => theory(snr, time)));
    } else {
      const from = (index * times.length + at) * trainings;
      const noise = recorded.map(
        (_, t) => new NoiseReplicates(problem, replicates, seed, undefined, (from + t) * replicates),
      );
      const measured = await measureTrainings(backend, recorded, noise, snrs, problem);
      points.push(...snrs.map((snr, which) => ({ ...theory(snr, time), simulated: measured[which]! })));
    }
    at++;
    yield progressOf(settings, index, at);
  }
  return { ...trained, divergedAt, points };
}
