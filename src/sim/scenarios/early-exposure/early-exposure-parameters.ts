import { z } from 'zod';
import { type CoveredMode, mixedMode } from '../../../theory/exposure.js';
import { parseSpectrum } from '../../../theory/spectrum.js';
import { described, increasing, numeric, readTimes } from '../../scenario/parameter.js';

/*
 * Parameters of training in three stages, each defined once.
 */

export function mixesParameter(fallback: string) {
  const list = z.array(z.number().min(0).max(1)).min(1).max(1000).refine(increasing);
  return described(
    z.preprocess((value) => readTimes(value ?? fallback), list),
    {
      description: `shares of post-training data in pre-training; default: ${fallback}`,
      unit: '1',
      range: 'linear:FROM:TO:COUNT, log:FROM:TO:COUNT, or an increasing list of numbers from 0 to 1',
      scale: 'linear',
    },
  );
}

/** A number of modes of one kind. */
export function modeCountParameter(fallback: number, what: string) {
  return described(numeric(z.number().int().min(0).max(10_000)), {
    default: String(fallback),
    description: what,
    unit: '1',
    range: 'an integer from 0 to 10000',
    scale: 'linear',
  });
}

/** A singular value, or a factor of one. */
export function sizeParameter(fallback: number, what: string, least = 0) {
  return described(numeric(z.number().min(least).max(1e3)), {
    default: String(fallback),
    description: what,
    unit: '1',
    range: `a number from ${least} to 1000`,
    scale: 'linear',
  });
}

/** Length of a stage that is followed by others. */
export function durationParameter(fallback: number) {
  return described(numeric(z.number().min(0).max(1e5)), {
    default: String(fallback),
    description: 'gradient-flow time of pre-training',
    unit: 'flow time',
    range: 'a number from 0 to 1e5',
    scale: 'log',
  });
}

/** Length of a stage in steps. */
export function stageStepsParameter(fallback: number, what: string) {
  return described(numeric(z.number().int().min(0).max(1e6)), {
    default: String(fallback),
    description: what,
    unit: '1',
    range: 'an integer from 0 to 1000000',
    scale: 'log',
  });
}

/** Learning rate of one stage. */
export function stageRateParameter(fallback: number, what: string) {
  return described(numeric(z.number().positive().max(1e3)), {
    default: String(fallback),
    description: what,
    unit: 'flow time per step',
    range: 'a number above 0, at most 1/(8 sigma) for the largest singular value',
    scale: 'log',
  });
}

/** What a mode is to the three kinds of data. */
export type ModeKind = 'shared' | 'specialised' | 'inconsistent';

/** One mode and what each kind of data asks of it. */
export interface ExposedMode {
  readonly kind: ModeKind;
  readonly pretraining: CoveredMode;
  readonly postTraining: CoveredMode;
  readonly fineTuning: CoveredMode;
}

/** What decides the three tasks. */
export interface ExposureTasks {
  /** Number of modes that all data ask for alike. */
  readonly dim: number;
  readonly spectrum: string | readonly number[];
  /** Modes that only post-training data show. */
  readonly specialised: number;
  readonly strength: number;
  /** Modes of which the kinds of data ask for different values. */
  readonly inconsistent: number;
  readonly level: number;
  readonly overshoot: number;
  readonly returns: number;
}

/** All modes: the shared ones, then the specialised, then the inconsistent ones. */
export function exposedModes(tasks: ExposureTasks): ExposedMode[] {
  const { dim, spectrum, specialised, strength, inconsistent, level, overshoot, returns } = tasks;
  const shown = (sigma: number): CoveredMode => ({ sigma, covariance: 1 });
  const hidden: CoveredMode = { sigma: 0, covariance: 0 };
  const shared = parseSpectrum(spectrum, dim).map((sigma): ExposedMode => {
    const mode = shown(sigma);
    return { kind: 'shared', pretraining: mode, postTraining: mode, fineTuning: mode };
  });
  const special: ExposedMode = {
    kind: 'specialised',
    pretraining: hidden,
    postTraining: shown(strength),
    fineTuning: hidden,
  };
  const contradicted: ExposedMode = {
    kind: 'inconsistent',
    pretraining: shown(level),
    postTraining: shown(overshoot * level),
    fineTuning: shown(returns * level),
  };
  return [
    ...shared,
    ...new Array<ExposedMode>(specialised).fill(special),
    ...new Array<ExposedMode>(inconsistent).fill(contradicted),
  ];
}

/** What pre-training on a mixture asks of every mode. */
export function mixtureOf(modes: readonly ExposedMode[], mix: number): CoveredMode[] {
  return modes.map(({ pretraining, postTraining }) => mixedMode(pretraining, postTraining, mix));
}

/** Loss `Σ c_i (s_i - σ_i)²` on some data. */
export function coveredLoss(data: readonly CoveredMode[], values: ArrayLike<number>): number {
  return data.reduce((sum, { sigma, covariance }, mode) => sum + covariance * (values[mode]! - sigma) ** 2, 0);
}

/** How far that loss is off where each value is off by up to this share of it. */
export function coveredLossRounding(data: readonly CoveredMode[], values: ArrayLike<number>, share: number): number {
  return data.reduce((sum, { sigma, covariance }, mode) => {
    const error = share * values[mode]!;
    return sum + covariance * error * (2 * Math.abs(values[mode]! - sigma) + error);
  }, 0);
}
