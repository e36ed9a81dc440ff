import type { Problem } from '../../../theory/problem.js';
import type { Backend, PerturbedNetworks } from '../../backends/backend.js';
import { estimateOf } from '../../noise/estimate-of.js';
import { type Estimate, estimateExcess } from '../../noise/excess.js';
import type { NoiseReplicates } from '../../noise/noise-replicates.js';
import type { TrainedCheckpoint } from '../../training/checkpoint.js';
import { expectedRise, noiseScale, type SimulatedPoint } from './noisy-point.js';

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
