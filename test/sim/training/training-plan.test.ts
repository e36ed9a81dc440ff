import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { adaptivePlan, constantPlan, type TrainingPlan } from '../../../src/sim/training/training-plan.js';
import { InvalidInputError } from '../../../src/theory/invalid-input.js';
import { gap } from '../../../src/theory/mode.js';
import { createProblem } from '../../../src/theory/problem.js';
import { stabilityLimit } from '../../../src/theory/sharpness.js';
import { logUniform, positiveSpectrum } from '../../support/problem-arbitraries.js';
import { samples } from '../../support/sample-size.js';
import { ratesBefore } from '../../support/training.js';

/** Increasing times from 0 or not, over several decades. */
const someTimes = fc
  .uniqueArray(fc.oneof(logUniform(1e-3, 20), fc.constant(0)), { minLength: 1, maxLength: 6 })
  .map((times) => times.sort((a, b) => a - b));

function expectTimes(plan: TrainingPlan, times: readonly number[]): void {
  expect(plan.recordings.map(({ time }) => time)).toEqual(times);
  ratesBefore(plan).forEach((rates, at) => {
    const elapsed = rates.reduce((sum, rate) => sum + rate, 0);
    // One rounding for each step of the sum and one for each rate.
    expect(Math.abs(elapsed - times[at]!)).toBeLessThanOrEqual((2 * rates.length + 4) * 2 ** -53 * times[at]!);
  });
}

function stepsOf({ recordings }: TrainingPlan): number {
  return recordings.flatMap(({ segments }) => segments).reduce((sum, { steps }) => sum + steps, 0);
}

describe('a plan at a constant rate', () => {
  test.prop([someTimes, logUniform(1e-3, 5)])('reaches every recorded time', (times, rate) => {
    const plan = constantPlan(times, rate);
    // A snapshot shorter than 10⁻⁹ of a step is left out.
    for (const [at, rates] of ratesBefore(plan).entries()) {
      const elapsed = rates.reduce((sum, step) => sum + step, 0);
      expect(Math.abs(elapsed - times[at]!)).toBeLessThanOrEqual(1e-9 * rate + 1e-12 * times[at]!);
    }
    expect(plan.recordings.map(({ time }) => time)).toEqual(times);
    expect(plan.totalSteps).toBe(stepsOf(plan));
    expect(plan.largestRate).toBe(rate);
    for (const { segments, snapshotRate } of plan.recordings) {
      expect(segments.every((segment) => segment.rate === rate && segment.steps > 0)).toBe(true);
      expect(snapshotRate >= 0 && snapshotRate < rate).toBe(true);
    }
  });

  test('makes whole steps where the rate divides the times, and a snapshot where it does not', () => {
    const plan = constantPlan([0.3, 0.35, 0.6], 0.1);
    expect(plan.recordings.map(({ segments }) => segments)).toEqual([
      [{ rate: 0.1, steps: 3 }],
      [],
      [{ rate: 0.1, steps: 3 }],
    ]);
    expect(plan.recordings.map(({ snapshotRate }) => snapshotRate > 0)).toEqual([false, true, false]);
    expect(plan.recordings[1]!.snapshotRate).toBeCloseTo(0.05, 12);
    expect(plan.totalSteps).toBe(6);
  });

  test('is refused beyond 10^8 steps, with the rate that would do', () => {
    expect(() => constantPlan([1000], 1e-6)).toThrow(InvalidInputError);
    expect(() => constantPlan([1000], 1e-6)).toThrow(/^learningRate: 0.000001 .*at least 0.0000100/);
    expect(constantPlan([1000], 1e-5).totalSteps).toBe(1e8);
  });
});

describe('a plan that adapts its rate', () => {
  const problems = fc
    .record({ spectrum: positiveSpectrum(4, 1e-2, 10), tau: fc.double({ min: 0, max: 20, noNaN: true }) })
    .map(({ spectrum, tau }) => createProblem({ dim: spectrum.length + 1, spectrum, tau }));

  test.prop([problems, someTimes, logUniform(0.01, 0.1)], { numRuns: samples(20) })(
    'reaches every recorded time at half the stability limit or below',
    (problem, times, fineness) => {
      const plan = adaptivePlan(problem, times, fineness);
      expectTimes(plan, times);
      expect(plan.totalSteps).toBe(stepsOf(plan));
      const rates = plan.recordings.flatMap(({ segments }) => segments.map(({ rate }) => rate));
      expect(plan.largestRate).toBe(rates.reduce((most, rate) => Math.max(most, rate), 0));
      expect(plan.largestRate).toBeLessThanOrEqual(stabilityLimit(problem.spectrum) / 2);
      expect(plan.recordings.every(({ snapshotRate }) => snapshotRate === 0)).toBe(true);
    },
  );

  test.prop([problems, logUniform(0.01, 0.1)], { numRuns: samples(20) })(
    'keeps rate times gap below the fineness at the start of every segment',
    (problem, fineness) => {
      const plan = adaptivePlan(problem, [5], fineness);
      let time = 0;
      for (const { rate, steps } of plan.recordings[0]!.segments) {
        const widest = Math.max(...problem.modes.map((mode) => Math.abs(gap(mode, time))));
        expect(rate * widest).toBeLessThanOrEqual(fineness * (1 + 1e-9));
        time += rate * steps;
      }
    },
  );

  test('takes about twice the steps at half the fineness', () => {
    const problem = createProblem({ dim: 4, spectrum: 'power:1', tau: 6 });
    const [coarse, fine] = [0.05, 0.025].map((fineness) => adaptivePlan(problem, [8], fineness).totalSteps);
    // The learned modes' steps of 1/(4σ) do not double.
    expect(fine! / coarse!).toBeGreaterThan(1.5);
    expect(fine! / coarse!).toBeLessThanOrEqual(2.01);
  });

  test('is refused where the times need more than 10^8 steps, not run for ever', () => {
    const problem = createProblem({ dim: 2, spectrum: '2,1', tau: 3 });
    expect(() => adaptivePlan(problem, [1, 1.3e7], 0.1)).toThrow(InvalidInputError);
    expect(() => adaptivePlan(problem, [1, 1.3e7], 0.1)).toThrow(/^times: 13000000 .*up to 1.25e\+7.*exact/);
  });

  test('does not creep where the start is far above the spectrum', () => {
    // s falls like 1/(4t) from 1: a hundred thousand times slower at the end than at the beginning.
    const problem = createProblem({ dim: 1, spectrum: '1e-8', tau: 0 });
    expect(adaptivePlan(problem, [1e5], 0.1).totalSteps).toBeLessThan(1000);
  });

  test('needs no step for time 0', () => {
    const plan = adaptivePlan(createProblem({ dim: 1, spectrum: '1', tau: 0 }), [0], 0.1);
    expect(plan).toEqual({ recordings: [{ time: 0, segments: [], snapshotRate: 0 }], totalSteps: 0, largestRate: 0 });
  });
});
