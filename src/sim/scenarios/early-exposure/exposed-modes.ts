import { type CoveredMode, mixedMode } from '../../../theory/exposure.js';
import { parseSpectrum } from '../../../theory/spectrum.js';
import type { EarlyExposureParameters } from './early-exposure.js';

export type ModeKind = 'shared' | 'specialised' | 'inconsistent';

/** One mode and what each kind of data asks of it. */
export interface ExposedMode {
  readonly kind: ModeKind;
  readonly pretraining: CoveredMode;
  readonly postTraining: CoveredMode;
  readonly fineTuning: CoveredMode;
}

/** All modes: the shared ones, then the specialised, then the inconsistent ones. */
export function exposedModes(parameters: EarlyExposureParameters): ExposedMode[] {
  const { dim, spectrum, specialised, strength, inconsistent, level, overshoot, returns } = parameters;
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
