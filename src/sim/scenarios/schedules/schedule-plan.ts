import type { Schedule } from '../../../theory/schedule.js';
import type { Recording, TrainingPlan } from '../../training/training-plan.js';
import { scheduleRatesBelow } from './schedule-rates.js';

/** Times closer than this share of a rate are the same time. */
const SAME_TIME = 1e-9;

/**
 * Training by a schedule: the fewest steps that add up to the last recorded time with no rate above the peak. A recorded
 * time between two steps is reached by a shorter step that leaves no trace.
 *
 * @param times recorded times, increasing
 * @param peak largest learning rate allowed
 * @throws InvalidInputError for a peak that would need more than 10^7 steps
 */
export function schedulePlan(schedule: Schedule, times: readonly number[], peak: number): TrainingPlan {
  const rates = scheduleRatesBelow(schedule, peak, times.at(-1) ?? 0);
  let taken = 0;
  let passed = 0;
  const recordings = times.map((time, at): Recording => {
    const segments = [];
    // The rates add up to the last time, whatever the rounding of their sum says.
    const isLast = at === times.length - 1;
    while (taken < rates.length && (isLast || passed + rates[taken]! <= time + SAME_TIME * rates[taken]!)) {
      passed += rates[taken]!;
      segments.push({ rate: rates[taken]!, steps: 1 });
      taken++;
    }
    const rest = time - passed;
    const next = rates[taken] ?? 0;
    return { time, segments, snapshotRate: rest > SAME_TIME * next && taken < rates.length ? rest : 0 };
  });
  const largestRate = rates.reduce((most, rate) => Math.max(most, rate), 0);
  return { recordings, totalSteps: rates.length, largestRate };
}

/** Steps made at each recorded time, and the learning rate there: that of the last step, or before the first one of it. */
export function positionsOf({ recordings }: TrainingPlan): { steps: number; rate: number }[] {
  let steps = 0;
  let rate = firstRate(recordings);
  return recordings.map(({ segments }) => {
    for (const segment of segments) steps += segment.steps;
    rate = segments.at(-1)?.rate ?? rate;
    return { steps, rate };
  });
}

function firstRate(recordings: readonly Recording[]): number {
  for (const { segments } of recordings) {
    const rate = segments[0]?.rate;
    if (rate !== undefined) return rate;
  }
  return 0;
}
