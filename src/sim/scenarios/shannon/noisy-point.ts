import { singularValue } from '../../../theory/mode.js';
import type { Problem } from '../../../theory/problem.js';
import type { Estimate } from '../../noise/excess.js';
import { predictedStandardError } from '../../noise/predicted-error.js';
import type { Checkpoint } from '../../training/checkpoint.js';
import type { SimulatedPretraining } from '../../training/pretraining.js';

/** What makes a surface of the loss over width and time. */
export interface SurfaceSettings {
  readonly dim: number;
  readonly spectrum: string | readonly number[];
  readonly tau: number;
  readonly widths: readonly number[];
  readonly times: readonly number[];
  readonly snrs: readonly number[];
  readonly replicates: number;
  readonly learningRate: number | 'auto';
}

/** A point of the surface under one noise. */
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
