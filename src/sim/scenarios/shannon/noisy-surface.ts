import { createProblem, type Problem } from '../../../theory/problem.js';
import { relativePerturbedLossAt } from '../../../theory/relative-noise.js';
import { estimateExcess } from '../../noise/excess.js';
import { noiseAccuracy } from '../../noise/noise-accuracy.js';
import { NoiseReplicates } from '../../noise/noise-replicates.js';
import type { RunContext, RunEvent } from '../../scenario/scenario.js';
import { biasAt } from '../../training/bias.js';
import { type Checkpoint, hasDiverged, withoutNetwork } from '../../training/checkpoint.js';
import type { EngineName } from '../../training/engine-name.js';
import {
  type PreparedPretraining,
  type Pretraining,
  preparePretraining,
  resolvePretraining,
} from '../../training/pretraining.js';
import {
  expectedRise,
  learnedTotal,
  noiseFactor,
  noiseScale,
  type SurfacePoint,
  type SurfaceSettings,
  type TrainedWidth,
} from './noisy-point.js';

/** Pre-training of a network of one width on the common task. */
export function pretrainingOf(settings: SurfaceSettings, width: number): Pretraining {
  const { dim, spectrum, tau, times, learningRate } = settings;
  return resolvePretraining({ dim, hidden: width, spectrum, tau, times, learningRate });
}

/**
 * Plans the training of a width and opens a backend for it; the caller disposes of it.
 *
 * @throws InvalidInputError when the engine or backend cannot do it, or it would not fit in memory
 */
export function prepareWidth(
  settings: SurfaceSettings,
  width: number,
  engines: readonly EngineName[],
  context: RunContext,
): Promise<PreparedPretraining> {
  const pretraining = pretrainingOf(settings, width);
  const { times, snrs, replicates } = settings;
  const problem = createProblem(pretraining);
  const last = learnedTotal(problem, times.at(-1)!);
  const gammas = snrs.map((snr) => noiseScale(problem, last, snr));
  const accuracy = noiseAccuracy(pretraining, { times, gammas, replicates });
  return preparePretraining(pretraining, engines, context, accuracy);
}

/**
 * Trains a width and puts noise on every checkpoint, in proportion to its weights; every checkpoint has noise of its own, so that
 * the errors of points are independent. Yields progress and divergence and returns what was seen.
 *
 * @param index of the width among those of the run, which decides its noise
 */
export async function* trainWidth(
  settings: SurfaceSettings,
  index: number,
  { problem, simulated }: PreparedPretraining,
  seed: number,
): AsyncGenerator<RunEvent, TrainedWidth, undefined> {
  const { widths, times, snrs, replicates } = settings;
  const width = widths[index]!;
  const points: SurfacePoint[] = [];
  const checkpoints: Checkpoint[] = [];
  let divergedAt: number | undefined;
  const theory = theoryOf(problem, width);
  if (simulated === undefined) {
    points.push(...times.flatMap((time) => snrs.map((snr) => theory(snr, time))));
    return { width, problem, simulated, checkpoints, divergedAt, points };
  }
  let at = 0;
  for await (const recorded of simulated.recorded()) {
    const time = times[at]!;
    if (hasDiverged(recorded)) {
      if (divergedAt === undefined) yield named(simulated.divergence(recorded.divergedAt), width);
      divergedAt = recorded.divergedAt;
      points.push(...snrs.map((snr) => theory(snr, time)));
    } else {
      const [first, second] = recorded.squaredNorms;
      const gammas = snrs.map((snr) => noiseScale(problem, (first + second) / 2, snr));
      const stream = (index * times.length + at) * replicates;
      const noise = new NoiseReplicates(problem, replicates, seed, undefined, stream);
      const excess = await estimateExcess(simulated.backend, recorded.network, noise, gammas);
      const bias = biasAt(problem, simulated.expected.checkpoints[at]!, time);
      const sum = learnedTotal(problem, time);
      checkpoints.push(withoutNetwork(recorded));
      snrs.forEach((snr, which) => {
        const factor = noiseFactor(snr) / problem.hidden;
        const draws = { snr, time, draws: replicates };
        points.push({
          ...theory(snr, time),
          simulated: {
            loss: recorded.loss,
            excess: excess[which]!,
            standardError: excess[which]!.standardError,
            ...expectedRise(problem, recorded.squaredNorms, draws),
            discretisation: {
              bias: bias.loss + factor * bias.sum * (2 * sum + bias.sum),
              rounding:
                bias.lossRounding +
                factor * bias.sumRounding * (2 * Math.abs(sum + bias.sum) + bias.sumRounding),
            },
          },
        });
      });
    }
    at++;
    yield {
      kind: 'progress',
      done: index * times.length + at,
      total: widths.length * times.length,
      label: `checkpoints, width ${width}`,
    };
  }
  return { width, problem, simulated, checkpoints, divergedAt, points };
}

/** What theory says of a width: its point of the surface at a ratio and a time. */
export function theoryOf(
  problem: Problem,
  width: number,
): (snr: number, time: number) => Omit<SurfacePoint, 'simulated'> {
  return (snr, time) => ({ width, snr, time, theory: relativePerturbedLossAt(problem, snr, time) });
}

function named(event: RunEvent, width: number): RunEvent {
  if (event.kind !== 'diverged') return event;
  return { ...event, divergence: { ...event.divergence, network: `pre-training, width ${width}` } };
}
