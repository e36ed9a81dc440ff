import { parseFineTuningTarget } from '../../theory/finetuning-target.js';
import type { Spectrum } from '../../theory/spectrum.js';
import { uniformSource } from '../noise/uniform.js';

/** The singular values of a task, or `shuffle` for a permutation of those of pre-training that the seed decides. */
export type Target = readonly number[] | 'shuffle';

/**
 * Reads a target as far as that is possible without a seed.
 *
 * @param input text form or values, see `parseFineTuningTarget`
 * @throws InvalidInputError (option `target`) for what it does not take
 */
export function resolveTarget(input: string | readonly number[], spectrum: Spectrum): Target {
  if (typeof input === 'string' && input.trim() === 'shuffle') return 'shuffle';
  return parseFineTuningTarget(input, spectrum, () => 0);
}

/** The singular values of a task in the order of the modes of pre-training. */
export function targetValues(target: Target, spectrum: Spectrum, seed: number): readonly number[] {
  return parseFineTuningTarget(target, spectrum, uniformSource(seed, 'shuffle', 0));
}
