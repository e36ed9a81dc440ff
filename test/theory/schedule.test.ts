import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  type Schedule,
  scheduleNames,
  scheduleRates,
  scheduleRatesOverTime,
  sumOfRates,
} from '../../src/theory/schedule.js';

const anySchedule: fc.Arbitrary<Schedule> = fc
  .record({
    name: fc.constantFrom(...scheduleNames),
    warmup: fc.double({ min: 0, max: 0.6, noNaN: true }),
    decay: fc.double({ min: 0, max: 0.4, noNaN: true }),
  })
  .map((schedule) => schedule);

describe('scheduleRates', () => {
  test('samples each shape at the middle of the steps', () => {
    expect(scheduleRates({ name: 'constant' }, 3, 0.5)).toEqual([0.5, 0.5, 0.5]);
    expect(scheduleRates({ name: 'linear' }, 4, 8)).toEqual([7, 5, 3, 1]);
    const cosine = scheduleRates({ name: 'cosine' }, 2, 1);
    expect(cosine[0]).toBeCloseTo((1 + Math.SQRT1_2) / 2, 15);
    expect(cosine[1]).toBeCloseTo((1 - Math.SQRT1_2) / 2, 15);
    expect(scheduleRates({ name: 'warmup-stable-decay', warmup: 0.4, decay: 0.4 }, 5, 4)).toEqual(
      [1, 3, 4, 3, 1].map((x) => expect.closeTo(x, 12)),
    );
    const warm = scheduleRates({ name: 'warmup-cosine', warmup: 0.5 }, 4, 1);
    expect(warm.slice(0, 2)).toEqual([0.25, 0.75]);
    expect(warm[2]).toBeCloseTo(cosine[0]!, 15);
    expect(warm[3]).toBeCloseTo(cosine[1]!, 15);
    expect(scheduleRates({ name: 'cosine' }, 0, 1)).toEqual([]);
  });

  test('has the defaults that it documents', () => {
    const rates = scheduleRates({ name: 'warmup-stable-decay' }, 100, 1);
    expect(rates.filter((rate) => rate < 1).length).toBe(10 + 20);
    expect(rates.slice(0, 10).every((rate, k) => Math.abs(rate - (k + 0.5) / 10) < 1e-12)).toBe(true);
    expect(rates.slice(80).every((rate, k) => Math.abs(rate - (19.5 - k) / 20) < 1e-12)).toBe(true);
  });

  test.prop([anySchedule, fc.integer({ min: 1, max: 500 }), fc.double({ min: 1e-6, max: 1e3, noNaN: true })])(
    'stays above 0 and within the peak, and halves its area where it must',
    (schedule, steps, peak) => {
      const rates = scheduleRates(schedule, steps, peak);
      expect(rates).toHaveLength(steps);
      expect(Math.min(...rates)).toBeGreaterThan(0);
      expect(Math.max(...rates)).toBeLessThanOrEqual(peak);
      // Midpoint sampling integrates a straight line, and a cosine over half a period, exactly.
      const area = { constant: 1, linear: 0.5, cosine: 0.5 } as Record<string, number>;
      const expected = area[schedule.name];
      if (expected !== undefined) expect(sumOfRates(rates) / (peak * steps)).toBeCloseTo(expected, 12);
    },
  );

  test('the area of the warm-up schedules is that of their shape', () => {
    const wsd = scheduleRates({ name: 'warmup-stable-decay', warmup: 0.1, decay: 0.2 }, 1000, 1);
    expect(sumOfRates(wsd) / 1000).toBeCloseTo(1 - 0.05 - 0.1, 12);
    const cosine = scheduleRates({ name: 'warmup-cosine', warmup: 0.1 }, 1000, 1);
    expect(sumOfRates(cosine) / 1000).toBeCloseTo(0.05 + 0.45, 12);
  });

  test('says in one line what it cannot take', () => {
    expect(() => scheduleRates({ name: 'cosin' as 'cosine' }, 3, 1)).toThrow(/^schedule: "cosin" .*cosine/);
    expect(() => scheduleRates({ name: 'linear' }, 1.5, 1)).toThrow(/^steps: 1.5/);
    expect(() => scheduleRates({ name: 'linear' }, -1, 1)).toThrow(/^steps: -1/);
    expect(() => scheduleRates({ name: 'linear' }, 1, Infinity)).toThrow(/^learningRate: Infinity/);
    expect(() => scheduleRates({ name: 'linear' }, 1, -1)).toThrow(/^learningRate: -1/);
    expect(() => scheduleRates({ name: 'warmup-cosine', warmup: 1.1 }, 1, 1)).toThrow(/^warmup: 1.1/);
    expect(() => scheduleRates({ name: 'warmup-stable-decay', warmup: 0.5, decay: 0.6 }, 1, 1)).toThrow(
      /^decay: 0.6 .*0.5$/,
    );
    expect(() => scheduleRatesOverTime({ name: 'linear' }, 0, 1)).toThrow(/^steps: 0/);
    expect(() => scheduleRatesOverTime({ name: 'linear' }, 1, -1)).toThrow(/^time: -1/);
    expect(() => scheduleRatesOverTime({ name: 'linear' }, 1, Infinity)).toThrow(/^time: Infinity/);
    expect(scheduleRates({ name: 'warmup-cosine', warmup: 1 }, 2, 1)).toEqual([0.25, 0.75]);
  });
});

describe('scheduleRatesOverTime', () => {
  test.prop([
    anySchedule,
    fc.integer({ min: 1, max: 1000 }),
    fc.double({ min: 1e-9, max: 1e6, noNaN: true }),
  ])('adds up to the time to the last bit, and keeps the shape', (schedule, steps, total) => {
    const rates = scheduleRatesOverTime(schedule, steps, total);
    expect(sumOfRates(rates)).toBe(total);
    const shape = scheduleRates(schedule, steps, 1);
    const scale = total / sumOfRates(shape);
    const distances = rates.map((rate, k) => Math.abs(rate - shape[k]! * scale));
    expect(Math.max(...distances)).toBeLessThanOrEqual(1e-12 * scale + 1e-13 * total);
  });
});

describe('sumOfRates', () => {
  test('keeps what plain addition loses', () => {
    expect(sumOfRates([1, 1e100, 1, -1e100])).toBe(2);
    expect(sumOfRates(new Array(10).fill(0.1))).toBe(1);
    expect(sumOfRates([])).toBe(0);
  });
});
