import { singularValue } from '../../../theory/mode.js';
import type { Problem } from '../../../theory/problem.js';
import { relativePerturbedLossAt } from '../../../theory/sensitivity.js';
import { type Estimate, estimateExcess, NoiseReplicates } from '../../noise/excess.js';
import { predictedStandardError } from '../../noise/means.js';
import { noiseAccuracy } from '../../noise/noise-curves.js';
import type { EngineName, RunContext, RunEvent, RunRequest } from '../../scenario/scenario.js';
import {
  type Pretraining,
  type PretrainingPlan,
  planPretraining,
  resolvePretraining,
  type SimulatedPretraining,
} from '../../training/pretraining.js';
import { type Checkpoint, hasDiverged, withoutNetwork } from '../../training/record-training.js';
import { biasAt } from '../../training/training-plan.js';
import type { ShannonParameters } from './shannon.js';

export interface SurfacePoint {
  readonly width: number;
  readonly snr: number;
  readonly time: number;
  /** Expected loss under noise of the flow. */
  readonly theory: number;
  /** Absent where nothing was simulated. */
  readonly simulated?: SimulatedPoint;
}

/** Loss and its rise under noise as they were simulated, means over the trainings where there are several. */
export interface SimulatedPoint {
  readonly loss: number;
  /** Mean rise with its Monte Carlo error, for the weights as they are. */
  readonly excess: Estimate;
  /** Standard error of loss + rise, over draws of noise and over trainings. */
  readonly standardError: number;
  /** Rise that the norms of the very weights that were perturbed give (T8). */
  readonly identity: number;
  /** Rise that may be expected of as few draws of noise by chance, one standard error. */
  readonly chance: number;
  /** What steps of finite length change; absent where the gradient is noisy and no recurrence tells it. */
  readonly discretisation?: {
    /** Part of the difference to theory that is discretisation. */
    readonly bias: number;
    /** Bound on what floating point adds to the expectation. */
    readonly rounding: number;
  };
}

/** A network of one width that was trained, with its problem and what was seen of it. */
export interface TrainedWidth {
  readonly width: number;
  readonly problem: Problem;
  readonly simulated: SimulatedPretraining | undefined;
  readonly checkpoints: readonly Checkpoint[];
  readonly divergedAt: number | undefined;
  readonly points: readonly SurfacePoint[];
}

/** `κ = 2/snr + 1/snr²`. */
export function noiseFactor(snr: number): number {
  return 2 / snr + 1 / snr ** 2;
}

/** Standard deviation on every weight: both layers have as many weights in a square task, and as large ones in a balanced network. */
export function noiseScale({ rows, hidden }: Problem, squaredNorm: number, snr: number): number {
  return Math.sqrt(squaredNorm / (rows * hidden * snr));
}

/** Rise of the loss that noise in proportion to these weights makes (T8), and its error by chance in some draws. */
export function expectedRise(
  problem: Problem,
  [first, second]: readonly [number, number],
  { snr, time, draws }: { readonly snr: number; readonly time: number; readonly draws: number },
): { readonly identity: number; readonly chance: number } {
  const gamma = noiseScale(problem, (first + second) / 2, snr);
  return {
    identity: ((first * second) / problem.hidden) * noiseFactor(snr),
    chance: predictedStandardError(problem, gamma, time, draws),
  };
}

/** Sum of the singular values at a time of the flow. */
export function learnedTotal(problem: Problem, time: number): number {
  return problem.modes.reduce((sum, mode) => sum + singularValue(mode, time), 0);
}

/** Pre-training of a network of one width on the common task. */
export function pretrainingOf(settings: ShannonParameters, width: number): Pretraining {
  const { dim, spectrum, tau, times, learningRate } = settings;
  return resolvePretraining({ dim, hidden: width, spectrum, tau, times, learningRate });
}

/**
 * Plans the training of a width.
 *
 * @throws InvalidInputError when it would not fit in memory, or takes too many steps
 */
export function planWidth(
  settings: ShannonParameters,
  width: number,
  engines: readonly EngineName[],
  request: Pick<RunRequest, 'engine'>,
): PretrainingPlan {
  const { times, snrs, replicates } = settings;
  return planPretraining(pretrainingOf(settings, width), engines, request, (problem) => {
    const last = learnedTotal(problem, times.at(-1)!);
    const gammas = snrs.map((snr) => noiseScale(problem, last, snr));
    return noiseAccuracy(problem, { times, gammas, replicates });
  });
}

/**
 * Trains a width and puts noise on every checkpoint, in proportion to its weights; every checkpoint has noise of its own, so that
 * the errors of points are independent. Yields progress and divergence and returns what was seen.
 *
 * @param index of the width among those of the run, which decides its noise
 */
export async function* trainWidth(
  settings: ShannonParameters,
  index: number,
  plan: PretrainingPlan,
  context: RunContext,
): AsyncGenerator<RunEvent, TrainedWidth, undefined> {
  const { widths, times, snrs, replicates } = settings;
  const { problem } = plan;
  const simulated = plan.simulated(context);
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
      const noise = new NoiseReplicates(problem, replicates, context.seed, undefined, stream);
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
                bias.lossRounding + factor * bias.sumRounding * (2 * Math.abs(sum + bias.sum) + bias.sumRounding),
            },
          },
        });
      });
    }
    at++;
    yield progressOf(settings, index, at);
  }
  return { width, problem, simulated, checkpoints, divergedAt, points };
}

/** So many checkpoints of a width are there, and all of the widths before. */
export function progressOf({ widths, times }: ShannonParameters, index: number, at: number): RunEvent {
  const [done, total] = [index * times.length + at, widths.length * times.length];
  return { kind: 'progress', done, total, label: `checkpoints, width ${widths[index]!}` };
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
