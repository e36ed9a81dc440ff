import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { descendFactor } from '../../src/theory/descent.js';
import { type Mode, singularValue } from '../../src/theory/mode.js';
import { createProblem } from '../../src/theory/problem.js';
import { scheduleNames, scheduleRatesOverTime, sumOfRates } from '../../src/theory/schedule.js';
import { endPointConstant, largestCoveredRate, lossEndPointBound } from '../../src/theory/schedule-error.js';
import { loss } from '../../src/theory/trajectory.js';
import { samples } from '../support/sample-size.js';

function descend(mode: Mode, rates: readonly number[]): number {
  return rates.reduce((factor, rate) => descendFactor(factor, mode.sigma, rate), Math.sqrt(mode.start)) ** 2;
}

const decades = (from: number, to: number) =>
  fc.double({ min: from, max: to, noNaN: true }).map((x) => 10 ** x);

const below: fc.Arbitrary<Mode> = fc
  .record({ sigma: decades(-3, 3), share: fc.oneof(decades(-40, -0.01), decades(-2, -1e-6)) })
  .map(({ sigma, share }) => ({ sigma, start: sigma * share }));
const above: fc.Arbitrary<Mode> = fc
  .record({
    start: decades(-3, 3),
    share: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
  })
  .map(({ start, share }) => ({ sigma: start * share, start }));

/** Rates of any shape, as shares of the largest one that is covered. */
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 });
const repeats = fc.integer({ min: 1, max: 40 });

function endPointError(mode: Mode, relative: readonly number[], times: number) {
  const rates = Array.from({ length: times }, () =>
    relative.map((share) => share * largestCoveredRate(mode)),
  ).flat();
  const peak = rates.reduce((most, rate) => Math.max(most, rate), 0);
  const error = Math.abs(descend(mode, rates) - singularValue(mode, sumOfRates(rates)));
  // Rounding: some 1e-16 per step and per unit of the exponent, of the larger of the two singular values.
  const rounding = 1e-13 * (1 + rates.length / 100) * Math.max(mode.sigma, mode.start);
  return { error, bound: endPointConstant(mode) * peak, rounding };
}

describe('endPointConstant', () => {
  test.prop([fc.oneof(below, above), shares, repeats], { numRuns: samples(100) })(
    'bounds the distance of descent from flow for any rates that are covered (T9)',
    (mode, relative, times) => {
      const { error, bound, rounding } = endPointError(mode, relative, times);
      expect(error).toBeLessThanOrEqual(bound + rounding);
    },
  );

  test('is at most twice the worst case for small starts, so not a triviality', () => {
    for (const mode of [
      { sigma: 1, start: 1e-9 },
      { sigma: 3, start: 1e-20 },
    ]) {
      const rate = largestCoveredRate(mode);
      let worst = 0;
      for (let steps = 1; steps < 400; steps++) {
        const { error, bound } = endPointError(mode, [rate / largestCoveredRate(mode)], steps);
        worst = Math.max(worst, error / bound);
      }
      expect(worst).toBeGreaterThan(0.5);
      expect(worst).toBeLessThan(1);
    }
  });

  test('a mode at zero or at its goal never moves', () => {
    expect(endPointConstant({ sigma: 2, start: 0 })).toBe(0);
    expect(largestCoveredRate({ sigma: 2, start: 0 })).toBe(Infinity);
    expect(endPointConstant({ sigma: 2, start: 2 })).toBe(0);
    expect(largestCoveredRate({ sigma: 2, start: 4 })).toBe(1 / 32);
  });

  test.prop([fc.constantFrom(...scheduleNames), below, fc.double({ min: 0.2, max: 1.5, noNaN: true })], {
    numRuns: 40,
  })(
    'schedules of equal sum end O(η) from the flow: half the rates, half the distance',
    (name, { sigma }, fraction) => {
      const mode = { sigma, start: sigma * 1e-4 };
      const total = (fraction * Math.log(1e4)) / (4 * sigma);
      const error = (steps: number) =>
        descend(mode, scheduleRatesOverTime({ name }, steps, total)) - singularValue(mode, total);
      // The next order is of relative size ε ln(σ/s0): 0.3 % at 4096 steps, so that the ratio is 2 within 2 %, unless the
      // first-order terms of growth and saturation cancel, which they do at one time only.
      const [coarse, fine] = [error(4096), error(8192)];
      if (Math.abs(fine) > 0.1 * sigma * ((total * sigma) / 8192)) expect(coarse / fine).toBeCloseTo(2, 1);
    },
  );
});

describe('lossEndPointBound', () => {
  test.prop([fc.integer({ min: 1, max: 200 }), fc.constantFrom(...scheduleNames), decades(-1, 1.5)])(
    'bounds the difference of the losses of descent and flow',
    (steps, name, total) => {
      const problem = createProblem({ rows: 5, hidden: 4, cols: 6, spectrum: '2,1,1,0,0', tau: 3 });
      const rates = scheduleRatesOverTime({ name }, steps, total);
      const peak = rates.reduce((most, rate) => Math.max(most, rate), 0);
      fc.pre(problem.modes.every((mode) => peak <= largestCoveredRate(mode)));
      const end = problem.modes.reduce((sum, mode) => sum + (mode.sigma - descend(mode, rates)) ** 2, 0);
      expect(Math.abs(end - loss(problem, total))).toBeLessThanOrEqual(
        lossEndPointBound(problem, peak) + 1e-12,
      );
    },
  );
});
