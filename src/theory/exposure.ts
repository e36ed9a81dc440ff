import { requireInput } from './invalid-input.js';
import { halfTime, type Mode, singularValue } from './mode.js';

// Training on data whose inputs do not cover all directions alike: `x ~ N(0, V C Vᵀ)` with `C` diagonal in the right singular
// vectors of the task, so that the loss is `Σ c_i (s_i - σ_i)²` (T0-exposure).

/** One mode of a task and how much of its input direction the data show. */
export interface CoveredMode {
  /** Singular value `σ` that these data ask for; from 0. */
  readonly sigma: number;
  /** Variance `c` of the inputs along its right singular vector; 0 where the data never show it. */
  readonly covariance: number;
}

/**
 * The mode that a mixture of two kinds of data asks for: covariances add in proportion, and the singular value is the mean
 * weighted by them (T0-exposure).
 *
 * @param share of the added data, from 0 to 1
 * @throws InvalidInputError (option `mixes`) where the share is out of its range
 */
export function mixedMode(main: CoveredMode, added: CoveredMode, share: number): CoveredMode {
  requireInput(share >= 0 && share <= 1, 'mixes', share, 'numbers from 0 to 1');
  const fromMain = (1 - share) * main.covariance;
  const fromAdded = share * added.covariance;
  const covariance = fromMain + fromAdded;
  if (covariance === 0) return { sigma: 0, covariance };
  return { sigma: (fromMain * main.sigma + fromAdded * added.sigma) / covariance, covariance };
}

/** Singular value of the network in a covered mode after gradient flow from `start`: that of T0 at time `c t` (T0-exposure). */
export function coveredValue({ sigma, covariance }: CoveredMode, start: number, time: number): number {
  if (covariance === 0) return start;
  return singularValue({ sigma, start }, covariance * time);
}

/**
 * Least share of exposure by which a mode that only the added data show is half learned at the end of pre-training
 * (T0-exposure): `ln(σ/s(0) - 1)/(4 c σ T)`, with `c` what the added data show of it and `T` the length of pre-training; above 1
 * where no mixture is enough.
 */
export function exposureThreshold(mode: Mode, covariance: number, time: number): number {
  return halfTime(mode) / (covariance * time);
}

/**
 * By how much fine-tuning to convergence raises the post-training loss `Σ c_i (s_i - σ_i^post)²` (T4-exposure): modes that the
 * fine-tuning data do not show add nothing. `start` is the singular value of the network when fine-tuning begins.
 */
export function retainedRise(
  modes: readonly { readonly start: number; readonly postTraining: CoveredMode; readonly fineTuning: CoveredMode }[],
): number {
  return modes.reduce((sum, { start, postTraining, fineTuning }) => {
    if (fineTuning.covariance === 0) return sum;
    const after = fineTuning.sigma - postTraining.sigma;
    const before = start - postTraining.sigma;
    return sum + postTraining.covariance * (after * after - before * before);
  }, 0);
}
