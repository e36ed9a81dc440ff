import type { Problem } from '../../theory/problem.js';
import type { Backend, PerturbedNetworks } from '../backends/backend.js';
import type { TrainedCheckpoint } from '../engines/checkpoint.js';
import { estimateExcess, RunningEstimate } from '../noise/excess.js';
import type { NoiseReplicates } from '../noise/noise-replicates.js';
import { expectedRise, noiseScale, type SimulatedPoint } from './noisy-point.js';

/** What is seen of all trainings of a width at one time, for each signal-to-noise ratio. */
export async function measureTrainings(
  backend: Backend,
  trained: readonly TrainedCheckpoint[],
  noise: readonly NoiseReplicates[],
  snrs: readonly number[],
  problem: Problem,
): Promise<SimulatedPoint[]> {
  const running = snrs.map(() => ({
    sum: new RunningEstimate(),
    loss: new RunningEstimate(),
    rise: new RunningEstimate(),
    identity: new RunningEstimate(),
    chance: 0,
    noiseVariance: 0,
  }));
  for (const [index, checkpoint] of trained.entries()) {
    const [first, second] = checkpoint.squaredNorms;
    const norm = Math.sqrt(first * second);
    const gammas = snrs.map((snr) => noiseScale(problem, norm, snr));
    const excess = await estimateExcess(backend, balanced(checkpoint), noise[index]!, gammas);
    snrs.forEach((snr, which) => {
      const into = running[which]!;
      const { mean, standardError } = excess[which]!;
      const draws = { snr, time: checkpoint.time, draws: noise[index]!.replicates * trained.length };
      const { identity, chance } = expectedRise(problem, [norm, norm], draws);
      into.sum.add(checkpoint.loss + mean);
      into.loss.add(checkpoint.loss);
      into.rise.add(mean);
      into.identity.add(identity);
      into.chance = Math.max(into.chance, chance);
      into.noiseVariance += standardError ** 2;
    });
  }
  return running.map(({ sum, loss, rise, identity, chance, noiseVariance }) => {
    const noiseError = Math.sqrt(noiseVariance) / trained.length;
    return {
      loss: loss.result().mean,
      excess: { mean: rise.result().mean, standardError: noiseError },
      standardError: trained.length === 1 ? noiseError : sum.result().standardError,
      identity: identity.result().mean,
      chance,
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
