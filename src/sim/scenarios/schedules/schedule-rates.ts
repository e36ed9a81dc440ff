import { InvalidInputError } from '../../../theory/invalid-input.js';
import { type Schedule, scheduleRatesOverTime } from '../../../theory/schedule.js';

/** More steps than this are refused: their rates would take a gigabyte. */
const MOST_STEPS = 10_000_000;

/**
 * Learning rates of a schedule that add up to a given training time with none above a peak: as few as that takes, but for one or two
 * where few steps sample the shape coarsely.
 *
 * @param schedule name and shares
 * @param peak the largest rate allowed, above 0
 * @param total `Σ η_k`; finite, from 0
 * @returns the rates, none for a total of 0
 * @throws InvalidInputError as `scheduleRatesOverTime`, and for a peak that is not positive or needs more than 10^7 steps
 *   (`learningRate`)
 */
export function scheduleRatesBelow(schedule: Schedule, peak: number, total: number): number[] {
  if (total === 0) return [];
  if (!(peak > 0 && peak < Infinity)) {
    throw new InvalidInputError('learningRate', peak, 'a finite number above 0');
  }
  if (total / peak > MOST_STEPS / 4) {
    const least = (4 * total) / MOST_STEPS;
    throw new InvalidInputError(
      'learningRate',
      peak,
      `at least ${least.toPrecision(3)}, so that time ${total} takes at most 10^7 steps`,
    );
  }
  let steps = Math.ceil((total / peak) * (1 - 1e-12));
  for (;;) {
    const rates = scheduleRatesOverTime(schedule, steps, total);
    const largest = rates.reduce((most, rate) => Math.max(most, rate), 0);
    if (largest <= peak * (1 + 1e-12)) return rates;
    // The largest rate falls about as 1/steps, so that a few rounds of this find the number.
    steps = Math.max(steps + 1, Math.floor(steps * Math.min(2, largest / peak)));
  }
}
