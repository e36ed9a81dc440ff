import { type Schedule, type ScheduleName, scheduleRates, scheduleRatesOverTime } from '../../../theory/descent.js';
import { InvalidInputError } from '../../../theory/invalid-input.js';
import { createProblem } from '../../../theory/problem.js';
import { requireTableMemory } from '../../scenario/memory.js';
import { batchSlowdown } from '../../training/input-moments.js';
import { optimizerNamed } from '../../training/optimizers.js';
import { resolvePretraining } from '../../training/pretraining.js';
import type { Recording, TrainingPlan } from '../../training/training-plan.js';
import type { ParsedSchedules, ScheduleParameters } from './schedules.js';

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
    // Whether these are too few is seen from the shape, at a third of the work, except where rounding decides.
    let largest = Number.isFinite(steps) ? peakOverMean(schedule, steps) * (total / steps) : 0;
    if (largest <= peak * (1 + 1e-9)) {
      const rates = scheduleRatesOverTime(schedule, steps, total);
      largest = rates.reduce((most, rate) => Math.max(most, rate), 0);
      if (largest <= peak * (1 + 1e-12)) return rates;
    }
    // The largest rate falls about as 1/steps, so that a few rounds of this find the number.
    steps = Math.max(steps + 1, Math.floor(steps * Math.min(2, largest / peak)));
  }
}

/** The largest rate of a schedule over the mean of all, up to rounding. */
function peakOverMean(schedule: Schedule, steps: number): number {
  let [most, sum] = [0, 0];
  for (const rate of scheduleRates(schedule, steps, 1)) {
    most = Math.max(most, rate);
    sum += rate;
  }
  return (most / sum) * steps;
}

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

/** Cells of one recorded time of one schedule in all tables together. */
const CELLS = 24;

/**
 * Completes the parameters: shapes, spectrum, shares, and as many trainings as differ.
 *
 * @throws InvalidInputError when they contradict each other or the tables would not fit in memory
 */
export function resolveSchedules(parsed: ParsedSchedules): ScheduleParameters {
  const parameters = resolvePretraining(parsed);
  const { times, schedules, warmup, decay, batch, start } = parameters;
  if (warmup + decay > 1 && schedules.includes('warmup-stable-decay')) {
    throw new InvalidInputError(
      'decay',
      decay,
      `a number from 0 to ${Number((1 - warmup).toPrecision(12))}, which warmup=${warmup} leaves`,
    );
  }
  if (times.at(-1) === 0) {
    throw new InvalidInputError('times', times.join(','), 'a last time above 0, at which the schedules end');
  }
  requireTableMemory('times', `${times.length} times`, times.length * schedules.length * CELLS);
  const isRandom = batch !== 'full' || start === 'random';
  return isRandom ? parameters : { ...parameters, trainings: 1 };
}

/** A schedule with the shares that the user set. */
export function scheduleOf(name: ScheduleName, { warmup, decay }: ScheduleParameters): Schedule {
  return { name, warmup, decay };
}

/** Whether theory describes the steps exactly: plain descent on the expected loss from an aligned start (T0). */
export function isDecoupled({ batch, optimizer, start }: ScheduleParameters): boolean {
  return batch === 'full' && optimizer === 'gradient-descent' && start === 'aligned';
}

/**
 * The largest learning rate of every schedule; for `auto` the small rate of the optimiser, less on mini-batches
 * (`batchSlowdown`).
 */
export function peakRate(parameters: ScheduleParameters): number {
  const { learningRate, optimizer, batch, cols } = parameters;
  if (learningRate !== 'auto') return learningRate;
  const { spectrum, modes } = createProblem(parameters);
  const largest = modes.reduce((most, { start }) => Math.max(most, start), spectrum[0]!);
  return optimizerNamed(optimizer).smallRate(largest) / (batch === 'full' ? 1 : batchSlowdown(cols, batch));
}
