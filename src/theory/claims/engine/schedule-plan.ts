import * as fc from 'fast-check';
import {
  type Schedule,
  scheduleNames,
  scheduleRates,
  scheduleRatesOverTime,
  sumOfRates,
} from '../../schedule.js';
import { type Conclusion, equal } from './claim.js';

/** A learning-rate schedule as part of an instance. */
export interface Plan {
  readonly name: Schedule['name'];
  readonly steps: number;
  /** Shares of the steps; `null` for the defaults, a tenth and a fifth. */
  readonly warmup: number | null;
  readonly decay: number | null;
}

const share = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 10 }).map((n) => n / 20) },
);

/** Schedules of every kind, of 1 to 300 steps. */
export const plan: fc.Arbitrary<Plan> = fc.record({
  name: fc.constantFrom(...scheduleNames),
  steps: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 300 })),
  warmup: share,
  decay: share,
});

/** Whether a plain value is a plan: a number of steps, and shares that fit. */
export function isPlan({ name, steps, warmup, decay }: Plan): boolean {
  const [rise, fall] = [warmup ?? 0.1, decay ?? 0.2];
  const fits = name === 'warmup-stable-decay' ? rise + fall <= 1 : rise < 1 && fall <= 1;
  return Number.isInteger(steps) && steps >= 1 && steps <= 1000 && rise >= 0 && fall >= 0 && fits;
}

/** The plan as the functions of the theory take it. */
function scheduleOf({ name, warmup, decay }: Plan): Schedule {
  return { name, ...(warmup === null ? {} : { warmup }), ...(decay === null ? {} : { decay }) };
}

/** Learning rates of a plan that add up to a time, by the function of the theory. */
export function ratesOf(each: Plan, time: number): number[] {
  return scheduleRatesOverTime(scheduleOf(each), each.steps, time);
}

/** The shape of a schedule at a progress from 0 to 1, by its definition. */
function shapeAt({ name, warmup, decay }: Plan, progress: number): number {
  const [rise, fall] = [warmup ?? 0.1, decay ?? 0.2];
  const fallen = (from: number) => Math.cos((Math.PI / 2) * ((progress - from) / (1 - from))) ** 2;
  switch (name) {
    case 'constant':
      return 1;
    case 'linear':
      return 1 - progress;
    case 'cosine':
      return fallen(0);
    case 'warmup-cosine':
      return progress < rise ? progress / rise : fallen(rise);
    case 'warmup-stable-decay':
      if (progress < rise) return progress / rise;
      return progress > 1 - fall ? (1 - progress) / fall : 1;
  }
}

/** The same rates, by definition. */
export function textbookRates(each: Plan, time: number): number[] {
  const shape = Array.from({ length: each.steps }, (_, step) =>
    shapeAt(each, (2 * step + 1) / (2 * each.steps)),
  );
  const sum = shape.reduce((total, value) => total + value, 0);
  return shape.map((value) => (value * time) / sum);
}

/** The rates are those of the schedule, and add up to the time. */
export function rateParts(each: Plan, time: number, rates: readonly number[]): Conclusion[] {
  const expected = textbookRates(each, time);
  const peak = largest(expected);
  const unscaled = scheduleRates(scheduleOf(each), each.steps, 2);
  const rounding = 8 * Number.EPSILON * each.steps;
  const label = `${each.name} of ${each.steps} steps`;
  return [
    equal(
      { label: `steps of ${label}`, value: rates.length },
      { label: 'expected', value: each.steps },
      Number.MIN_VALUE,
    ),
    equal(
      { label: `sum of the rates of ${label}`, value: rates.reduce((sum, rate) => sum + rate, 0) },
      { label: 'time', value: time },
      rounding * time + Number.MIN_VALUE,
    ),
    equal(
      { label: `compensated sum of the rates of ${label}`, value: sumOfRates(rates) },
      { label: 'time', value: time },
      4 * Number.EPSILON * time + Number.MIN_VALUE,
    ),
    worstStep(`of ${label}`, rates, expected, (rounding + 1e-14) * peak + Number.MIN_VALUE),
    worstStep(
      `of ${label} with the peak 2`,
      unscaled,
      expected.map((_, step) => 2 * shapeAt(each, (2 * step + 1) / (2 * each.steps))),
      // A quotient of progresses near the peak is rounded like 1, divided by the share of the steps.
      1e-14 / Math.min(1, each.warmup || 1, each.decay || 1),
    ),
  ];
}

/** That every rate is the one expected: the conclusion about the one that is farthest off, or no number. */
function worstStep(
  of: string,
  rates: readonly number[],
  expected: readonly number[],
  tolerance: number,
): Conclusion {
  const distances = expected.map((rate, step) => Math.abs(rates[step]! - rate));
  let worst = 0;
  for (let step = 1; step < distances.length; step++) {
    if (!(distances[step]! <= distances[worst]!) && !Number.isNaN(distances[worst]!)) worst = step;
  }
  return equal(
    { label: `rate ${worst + 1} ${of}`, value: rates[worst]! },
    { label: 'by definition', value: expected[worst]! },
    tolerance,
  );
}

/** The largest of numbers that are not negative; 0 where there are none. */
export function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
