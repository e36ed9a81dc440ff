import { fc, test } from '@fast-check/vitest';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect } from 'vitest';
import {
  descendFactor,
  descendFactors,
  endPointConstant,
  largestCoveredRate,
  lossEndPointBound,
  type Schedule,
  scheduleNames,
  scheduleRates,
  scheduleRatesOverTime,
  sumOfRates,
} from '../../src/theory/descent.js';
import { type Mode, singularValue } from '../../src/theory/mode.js';
import { createProblem, loss } from '../../src/theory/problem.js';
import { alignedWeights } from '../support/aligned-weights.js';
import { seededRandom } from '../support/random-matrices.js';
import { samples } from '../support/sample-size.js';

const dimension = fc.integer({ min: 1, max: 5 });

describe('gradient descent of a mode (T0)', () => {
  test.prop([
    dimension,
    dimension,
    dimension,
    fc.nat(),
    fc.array(fc.double({ min: 0, max: 0.3, noNaN: true }), { maxLength: 12 }),
  ])('the scalar recurrences are gradient descent of the full matrices', (rows, hidden, cols, seed, rates) => {
    const random = seededRandom(seed);
    const spectrum = Array.from({ length: Math.min(rows, cols) }, () => 0.1 + random()).sort((a, b) => b - a);
    const problem = createProblem({ rows, hidden, cols, spectrum, tau: 1 });
    const weights = alignedWeights(problem, random);
    let { first, second } = weights;
    for (const rate of rates) {
      const residual = Matrix.sub(first.mmul(second), weights.task).mul(2 * rate);
      const nextFirst = Matrix.sub(first, residual.mmul(second.transpose()));
      second = Matrix.sub(second, first.transpose().mmul(residual));
      first = nextFirst;
    }
    const factors = descendFactors(
      problem.modes.map(({ start }) => Math.sqrt(start)),
      problem.modes.map(({ sigma }) => sigma),
      rates,
    );
    const expected = Matrix.diag(factors.map((factor) => factor * factor));
    // Rates below 1/(2σ) keep rounding errors from growing by more than a factor e^{4Σησ} ≤ e^{16} over the steps.
    const actual = Matrix.diag(singularValuesOf(first.mmul(second), problem.modes.length));
    const sorted = Matrix.diag(expected.diag().sort((a, b) => b - a));
    expect(Matrix.sub(actual, sorted).norm()).toBeLessThan(1e-8);
  });

  test.prop([
    fc.double({ min: 0.2, max: 3, noNaN: true }),
    fc.double({ min: 1, max: 4, noNaN: true }),
    fc.double({ min: 0.5, max: 2, noNaN: true }),
  ])('converges to the flow at first order in the learning rate', (sigma, tau, halfTimes) => {
    const start = Math.min(Math.exp(-2 * tau), sigma / 3);
    const time = (halfTimes * Math.log(sigma / start - 1)) / (4 * sigma);
    const exact = singularValue({ sigma, start }, time);
    const error = (steps: number): number => {
      let factor = Math.sqrt(start);
      for (let step = 0; step < steps; step += 1) factor = descendFactor(factor, sigma, time / steps);
      return factor * factor - exact;
    };
    const coarse = error(20_000);
    // Where the leading error term happens to vanish there is no order to be seen.
    fc.pre(Math.abs(coarse) > 1e-8 * sigma);
    // Halving the step halves the error up to a relative O(η σ · growth): 20000 steps leave about 2 %.
    expect(coarse / error(40_000)).toBeGreaterThan(1.9);
    expect(coarse / error(40_000)).toBeLessThan(2.1);
  });

  test('the minimum is a fixed point, and unstable beyond 1/(2σ)', () => {
    expect(descendFactor(Math.sqrt(2), 2, 0.1)).toBeCloseTo(Math.sqrt(2), 15);
    const near = Math.sqrt(2) + 1e-6;
    const settled = descendFactors([near], [2], Array(200).fill(0.24))[0] as number;
    const oscillating = descendFactors([near], [2], Array(200).fill(0.26))[0] as number;
    expect(Math.abs(settled - Math.sqrt(2))).toBeLessThan(1e-6);
    expect(Math.abs(oscillating - Math.sqrt(2))).toBeGreaterThan(1e-3);
  });

  test('does not touch its arguments and needs a singular value per factor', () => {
    const factors = [1, 2];
    descendFactors(factors, [1, 1], [0.1]);
    expect(factors).toEqual([1, 2]);
    expect(() => descendFactors([1], [1, 2], [])).toThrow(RangeError);
  });
});

/** The largest `count` singular values of a matrix, largest first. */
function singularValuesOf(matrix: Matrix, count: number): number[] {
  const { diagonal } = new SingularValueDecomposition(matrix, { autoTranspose: true });
  return [...diagonal].sort((a, b) => b - a).slice(0, count);
}

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
  test.prop([anySchedule, fc.integer({ min: 1, max: 1000 }), fc.double({ min: 1e-9, max: 1e6, noNaN: true })])(
    'adds up to the time to the last bit, and keeps the shape',
    (schedule, steps, total) => {
      const rates = scheduleRatesOverTime(schedule, steps, total);
      expect(sumOfRates(rates)).toBe(total);
      const shape = scheduleRates(schedule, steps, 1);
      const scale = total / sumOfRates(shape);
      const distances = rates.map((rate, k) => Math.abs(rate - shape[k]! * scale));
      expect(Math.max(...distances)).toBeLessThanOrEqual(1e-12 * scale + 1e-13 * total);
    },
  );
});

describe('sumOfRates', () => {
  test('keeps what plain addition loses', () => {
    expect(sumOfRates([1, 1e100, 1, -1e100])).toBe(2);
    expect(sumOfRates(new Array(10).fill(0.1))).toBe(1);
    expect(sumOfRates([])).toBe(0);
  });
});

function descend(mode: Mode, rates: readonly number[]): number {
  return rates.reduce((factor, rate) => descendFactor(factor, mode.sigma, rate), Math.sqrt(mode.start)) ** 2;
}

const decades = (from: number, to: number) => fc.double({ min: from, max: to, noNaN: true }).map((x) => 10 ** x);

const below: fc.Arbitrary<Mode> = fc
  .record({ sigma: decades(-3, 3), share: fc.oneof(decades(-40, -0.01), decades(-2, -1e-6)) })
  .map(({ sigma, share }) => ({ sigma, start: sigma * share }));
const above: fc.Arbitrary<Mode> = fc
  .record({ start: decades(-3, 3), share: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })) })
  .map(({ start, share }) => ({ sigma: start * share, start }));

/** Rates of any shape, as shares of the largest one that is covered. */
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 });
const repeats = fc.integer({ min: 1, max: 40 });

function endPointError(mode: Mode, relative: readonly number[], times: number) {
  const rates = Array.from({ length: times }, () => relative.map((share) => share * largestCoveredRate(mode))).flat();
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
      expect(Math.abs(end - loss(problem, total))).toBeLessThanOrEqual(lossEndPointBound(problem, peak) + 1e-12);
    },
  );
});
