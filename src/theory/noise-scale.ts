import { InvalidInputError } from './invalid-input.js';

/** The fourth power of a noise scale, times the three dimensions, has to stay finite. */
const LARGEST_NOISE_SCALE = 1e60;

/**
 * Checks a noise scale `γ`, the standard deviation of the Gaussian perturbation of every weight.
 *
 * @param gamma the scale
 * @param option name of the option that it came from
 * @returns `gamma`
 * @throws InvalidInputError where it is not a number from 0 to 1e60
 */
export function requireNoiseScale(gamma: number, option = 'gamma'): number {
  if (!(gamma >= 0 && gamma <= LARGEST_NOISE_SCALE)) {
    throw new InvalidInputError(option, gamma, `a number from 0 to ${LARGEST_NOISE_SCALE}`);
  }
  return gamma;
}
