import { stabilityLimit } from '../../theory/progressive.js';

/** What a user should know of a learning rate at which gradient descent on this spectrum is not stable; none for others. */
export function stabilityWarnings(rate: number, spectrum: readonly number[]): string[] {
  const limit = stabilityLimit(spectrum);
  if (rate <= limit) return [];
  return [
    `learningRate ${rate} is beyond the stability limit 1/(2 sigma_1) = ${limit.toPrecision(4)} of gradient descent`,
  ];
}
