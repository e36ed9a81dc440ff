import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { scheduleRatesBelow } from '../../../../src/sim/scenarios/schedules/rates.js';
import { type Schedule, scheduleNames, sumOfRates } from '../../../../src/theory/descent.js';

const anySchedule: fc.Arbitrary<Schedule> = fc
  .record({
    name: fc.constantFrom(...scheduleNames),
    warmup: fc.double({ min: 0, max: 0.6, noNaN: true }),
    decay: fc.double({ min: 0, max: 0.4, noNaN: true }),
  })
  .map((schedule) => schedule);

describe('scheduleRatesBelow', () => {
  test.prop([
    anySchedule,
    fc.double({ min: 1e-3, max: 10, noNaN: true }),
    fc.double({ min: 1e-2, max: 20, noNaN: true }),
  ])('adds up to the total with no rate above the peak', (schedule, peak, total) => {
    const rates = scheduleRatesBelow(schedule, peak, total);
    expect(sumOfRates(rates)).toBe(total);
    expect(Math.max(...rates)).toBeLessThanOrEqual(peak * (1 + 1e-9));
    expect(rates.length).toBeLessThan(5 * Math.ceil(total / peak) + 5);
  });

  test('is empty for no time, and refuses what it cannot do', () => {
    expect(scheduleRatesBelow({ name: 'linear' }, 1, 0)).toEqual([]);
    expect(() => scheduleRatesBelow({ name: 'linear' }, 0, 1)).toThrow('learningRate: 0 is not allowed');
    expect(() => scheduleRatesBelow({ name: 'linear' }, Number.NaN, 1)).toThrow('learningRate');
    expect(() => scheduleRatesBelow({ name: 'linear' }, 1e-9, 1)).toThrow('at most 10^7 steps');
  });
});
