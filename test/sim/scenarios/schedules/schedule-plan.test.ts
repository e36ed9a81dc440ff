import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { positionsOf, schedulePlan } from '../../../../src/sim/scenarios/schedules/rates.js';
import { scheduleNames, sumOfRates } from '../../../../src/theory/descent.js';

const cases = fc.record({
  name: fc.constantFrom(...scheduleNames),
  gaps: fc.array(fc.double({ min: 0.01, max: 5, noNaN: true }), { minLength: 1, maxLength: 12 }),
  fromZero: fc.boolean(),
  peak: fc.double({ min: 0.01, max: 3, noNaN: true }),
});

describe('schedulePlan', () => {
  test.prop([cases])(
    'reaches every recorded time by rates that follow the schedule',
    ({ name, gaps, fromZero, peak }) => {
      let time = 0;
      const times = [...(fromZero ? [0] : []), ...gaps.map((gap) => (time += gap))];
      const plan = schedulePlan({ name }, times, peak);
      const rates: number[] = [];
      plan.recordings.forEach((recording, at) => {
        for (const { rate, steps } of recording.segments) rates.push(...new Array<number>(steps).fill(rate));
        // What was trained, and the shorter step of the record, are the time.
        expect(sumOfRates([...rates, recording.snapshotRate])).toBeCloseTo(times[at]!, 9);
        expect(recording.snapshotRate).toBeLessThanOrEqual(peak);
      });
      expect(rates.length).toBe(plan.totalSteps);
      expect(sumOfRates(rates)).toBeCloseTo(times.at(-1)!, 9);
      expect(Math.max(...rates)).toBe(plan.largestRate);
      expect(plan.largestRate).toBeLessThanOrEqual(peak * (1 + 1e-9));
      // Three steps fewer would need a higher peak, once there are so many that the shape is sampled well.
      const { totalSteps } = plan;
      if (totalSteps > 50) expect((plan.largestRate * totalSteps) / (totalSteps - 3)).toBeGreaterThan(peak);
      const positions = positionsOf(plan);
      expect(positions.at(-1)!.steps).toBe(plan.totalSteps);
      expect(positions.at(-1)!.rate).toBe(rates.at(-1));
    },
  );

  test('is plain descent for the constant schedule', () => {
    const plan = schedulePlan({ name: 'constant' }, [0.25, 1], 0.1);
    expect(plan.totalSteps).toBe(10);
    expect(plan.recordings[0]!.segments.length).toBe(2);
    expect(plan.recordings[0]!.snapshotRate).toBeCloseTo(0.05, 12);
    expect(plan.recordings[1]!.snapshotRate).toBe(0);
    expect(positionsOf(plan).map(({ steps }) => steps)).toEqual([2, 10]);
  });

  test('takes about twice as many steps for a schedule that falls to zero', () => {
    expect(schedulePlan({ name: 'linear' }, [10], 0.1).totalSteps).toBeCloseTo(200, -1);
    expect(schedulePlan({ name: 'cosine' }, [10], 0.1).totalSteps).toBeCloseTo(200, -1);
  });

  test('refuses a rate that would take more than 10^7 steps', () => {
    expect(() => schedulePlan({ name: 'linear' }, [1e6], 1e-3)).toThrow(
      'learningRate: 0.001 is not allowed; expected at least 0.400, so that time 1000000 takes at most 10^7 steps',
    );
  });
});
