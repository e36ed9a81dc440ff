import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import {
  decay,
  gap,
  halfTime,
  learnedCount,
  learnedGapBound,
  learningWindow,
  type Mode,
  singularValue,
  timeOfGap,
  unlearnedFactorBound,
  velocity,
} from '../../src/theory/mode.js';
import { createProblem } from '../../src/theory/problem.js';
import { divide, expMinus, fixed, multiply, toNumber } from '../support/big-fixed.js';
import { integrate } from '../support/integrate.js';
import { logUniform, risingProblem } from '../support/problem-arbitraries.js';
import { samples } from '../support/sample-size.js';

/** The closed form with 4096 fractional bits. */
function exactState({ sigma, start }: Mode, time: number): { value: number; gap: number } {
  const [s, s0] = [fixed(sigma), fixed(start)];
  const initial = s - s0;
  const remaining = expMinus(4n * multiply(s, fixed(time)));
  const denominator = s0 + multiply(initial, remaining);
  return {
    value: toNumber(divide(multiply(s, s0), denominator)),
    gap: toNumber(divide(multiply(s, multiply(initial, remaining)), denominator)),
  };
}

/** A mode from tiny to large starts, above `σ` too, and a time at which `4σt ≤ 1500`. */
const modeAndTime = fc
  .record({ sigma: logUniform(1e-6, 1e6), start: logUniform(1e-304, 1e8), exponent: logUniform(1e-20, 1500) })
  .map(({ sigma, start, exponent }) => ({ mode: { sigma, start }, time: exponent / (4 * sigma) }));

/**
 * The exponent `4σt` and `ln s0` each carry half a unit in the last place, which the exponential turns into a relative
 * error of that many units; a few roundings of the fraction come on top.
 */
function accuracy({ sigma, start }: Mode, time: number): number {
  return (10 + 4 * sigma * time + Math.abs(Math.log(start))) * Number.EPSILON;
}

function relativeError(actual: number, expected: number): number {
  return actual === expected ? 0 : Math.abs(actual - expected) / Math.abs(expected);
}

describe('closed form of a mode (T0)', () => {
  test.prop([modeAndTime], { numRuns: samples(60) })('agrees with 4096-bit arithmetic', ({ mode, time }) => {
    const exact = exactState(mode, time);
    expect(relativeError(singularValue(mode, time), exact.value)).toBeLessThan(accuracy(mode, time));
    // Below the normal doubles only absolute accuracy can be had.
    if (Math.abs(exact.gap) > 1e-307) {
      expect(relativeError(gap(mode, time), exact.gap)).toBeLessThan(accuracy(mode, time));
    }
  });

  test('keeps the gap where e^{-4σt} has long underflowed', () => {
    const mode = { sigma: 1, start: Math.exp(-600) };
    const exact = exactState(mode, 320);
    expect(exact.gap).toBeLessThan(1e-294);
    expect(relativeError(gap(mode, 320), exact.gap)).toBeLessThan(accuracy(mode, 320));
  });

  test.prop([logUniform(0.05, 5), fc.oneof(logUniform(1e-4, 10), fc.constant(0)), logUniform(0.01, 10)])(
    'solves ds/dt = 4s(σ - s)',
    (sigma, start, time) => {
      const [expected] = integrate((_, [s]) => [4 * s! * (sigma - s!)], [start], time);
      // The oracle's tolerance is 1e-13 per step; growth of a perturbation is at most σ/s0 ≤ 5e4 until saturation.
      expect(Math.abs(singularValue({ sigma, start }, time) - expected!)).toBeLessThan(1e-8 * Math.max(sigma, start));
    },
  );

  test.prop([logUniform(1e-300, 1e8), logUniform(1e-8, 1e8)])(
    'a null mode decays like s0/(1 + 4 s0 t)',
    (start, time) => {
      const mode = { sigma: 0, start };
      const expected = start / (1 + 4 * start * time);
      expect(relativeError(singularValue(mode, time), expected)).toBeLessThan(4 * Number.EPSILON);
      expect(relativeError(gap(mode, time), -expected)).toBeLessThan(4 * Number.EPSILON);
    },
  );

  test.prop([
    fc.constantFrom(0, 5e-324, 1e-300, 1e-12, 1, 1e12, 1e150),
    fc.constantFrom(0, 5e-324, 1e-304, Math.exp(-600), 0.5, 1, 1e12, 1e150),
    fc.constantFrom(0, 5e-324, 1e-300, 1e-12, 1, 175, 1e12, 1e300, Number.MAX_VALUE, Infinity),
  ])('is finite and between start and σ for every time and scale', (sigma, start, time) => {
    const mode = { sigma, start };
    const value = singularValue(mode, time);
    // Below the normal doubles nothing is relative any more.
    expect(value).toBeGreaterThanOrEqual(Math.min(sigma, start) * (1 - 1e-12) - 1e-307);
    expect(value).toBeLessThanOrEqual(Math.max(sigma, start) * (1 + 1e-12));
    expect(Math.abs(gap(mode, time))).toBeLessThanOrEqual(Math.abs(sigma - start));
    expect(Number.isNaN(velocity(mode, time))).toBe(false);
    expect(decay(mode, time)).toBeGreaterThanOrEqual(0);
    expect(decay(mode, time)).toBeLessThanOrEqual(1);
    expect(halfTime(mode)).toBeGreaterThanOrEqual(0);
  });

  test('has its exact limits', () => {
    expect(singularValue({ sigma: 2, start: 1e-5 }, 0)).toBe(1e-5);
    expect(singularValue({ sigma: 3, start: 0.1 }, Infinity)).toBe(3);
    expect(gap({ sigma: 3, start: 0.1 }, Infinity)).toBe(0);
    expect(singularValue({ sigma: 0, start: 0.1 }, Infinity)).toBe(0);
    expect(singularValue({ sigma: 3, start: 0 }, Infinity)).toBe(0);
    expect(gap({ sigma: 3, start: 0 }, 1e300)).toBe(3);
    expect(gap({ sigma: 3, start: 3 }, 7)).toBe(0);
    expect(decay({ sigma: 3, start: 3 }, 0.25)).toBeCloseTo(Math.exp(-3), 15);
  });

  test.prop([modeAndTime, fc.double({ min: 0, max: 1, noNaN: true })])(
    'restarting from an intermediate state changes nothing',
    ({ mode, time }, share) => {
      const first = share * time;
      const restarted = { sigma: mode.sigma, start: singularValue(mode, first) };
      // The start of the second leg has the error of the first, so that both errors add.
      const tolerance = 4 * accuracy(mode, time);
      expect(relativeError(singularValue(restarted, time - first), singularValue(mode, time))).toBeLessThan(tolerance);
    },
  );

  test.prop([modeAndTime])('velocity is 4 s (σ - s)', ({ mode, time }) => {
    const product = 4 * singularValue(mode, time) * gap(mode, time);
    // A product of two tiny numbers may fall below the normal doubles.
    fc.pre(product === 0 || Math.abs(product) > 1e-307);
    expect(relativeError(velocity(mode, time), product)).toBeLessThan(4 * Number.EPSILON);
  });
});

describe('times of a mode', () => {
  test.prop([modeAndTime])('timeOfGap inverts gap', ({ mode, time }) => {
    const remaining = gap(mode, time);
    fc.pre(Math.abs(remaining) > 1e-300 && time * Math.abs(velocity(mode, time)) > 0);
    const found = timeOfGap(mode, remaining);
    // An error of the gap moves the time by that over the relative speed of the gap, 4s.
    const slack = (accuracy(mode, time) * 2) / (4 * singularValue(mode, time)) + 1e-13 * time;
    expect(Math.abs(found - time)).toBeLessThan(slack);
  });

  test('a gap that the mode has at the start, or never has', () => {
    const mode = { sigma: 1, start: 0.25 };
    expect(timeOfGap(mode, 0.75)).toBe(0);
    expect(timeOfGap(mode, 0.9)).toBe(0);
    expect(timeOfGap(mode, 0)).toBe(Infinity);
    expect(timeOfGap(mode, -0.5)).toBe(Infinity);
    expect(timeOfGap({ sigma: 1, start: 0 }, 0.5)).toBe(Infinity);
    expect(timeOfGap({ sigma: 0, start: 1 }, -0.5)).toBe(0.25);
    expect(timeOfGap({ sigma: 0, start: 1 }, 0.5)).toBe(Infinity);
  });

  test.prop([logUniform(1e-6, 1e6), logUniform(1e-300, 0.49)])(
    'half-time is ln(σ/s0 - 1)/(4σ), where s = σ/2 (T0′)',
    (sigma, ratio) => {
      const mode = { sigma, start: sigma * ratio };
      const time = halfTime(mode);
      expect(time * 4 * sigma).toBeCloseTo(Math.log(1 / ratio - 1), 9);
      expect(relativeError(singularValue(mode, time), sigma / 2)).toBeLessThan(accuracy(mode, time));
    },
  );

  test('half-time of a mode that starts beyond half, or never arrives', () => {
    expect(halfTime({ sigma: 1, start: 0.5 })).toBe(0);
    expect(halfTime({ sigma: 1, start: 7 })).toBe(0);
    expect(halfTime({ sigma: 1, start: 0 })).toBe(Infinity);
    expect(halfTime({ sigma: 0, start: 1 })).toBe(Infinity);
  });
});

describe('features are learned one at a time (T0′)', () => {
  test.prop([risingProblem(), logUniform(1e-3, 1e3)])('both bounds hold at every time', (problem, theta) => {
    const time = problem.tau * theta;
    for (const mode of problem.modes) {
      // The exponents of both sides are rounded, by up to their size in units of the last place.
      const tolerance = 1 + (10 + 8 * mode.sigma * time + 4 * problem.tau) * Number.EPSILON;
      // The exponential of either side may be subnormal, a multiple of the smallest number, and is then multiplied by up to σ².
      const subnormal = (1 + mode.sigma ** 2) * Number.MIN_VALUE;
      expect(Math.sqrt(singularValue(mode, time))).toBeLessThanOrEqual(unlearnedFactorBound(mode, time) * tolerance);
      expect(gap(mode, time)).toBeLessThanOrEqual(learnedGapBound(mode, time) * tolerance + subnormal);
    }
  });

  test.prop([risingProblem(), logUniform(1e-3, 1e3)])('the bounds are the ones in τ and θ', (problem, theta) => {
    const { tau } = problem;
    for (const mode of problem.modes) {
      const { sigma } = mode;
      const factorExponent = -(1 - 2 * sigma * theta) * tau;
      const gapExponent = -(4 * sigma * theta - 2) * tau;
      const slack = 1e-12 * (1 + tau * (1 + sigma * theta));
      if (Math.abs(factorExponent) < 600) {
        const bound = unlearnedFactorBound(mode, tau * theta);
        expect(Math.abs(Math.log(bound) - factorExponent)).toBeLessThan(slack);
      }
      if (Math.abs(gapExponent) < 600) {
        const bound = learnedGapBound(mode, tau * theta);
        expect(Math.abs(Math.log(bound) - 2 * Math.log(sigma) - gapExponent)).toBeLessThan(slack);
      }
    }
  });

  test.prop([risingProblem()])('half-times follow the order of the spectrum, from small starts', (problem) => {
    // ln(x - 1)/x with x = σ/s0 falls from where ln(x - 1) = x/(x - 1), x = 4.59…, on.
    const times = problem.modes.filter(({ sigma, start }) => sigma > 4.6 * start).map(halfTime);
    times.forEach((time, index) => {
      if (index > 0) expect(time).toBeGreaterThanOrEqual((times[index - 1] as number) * (1 - 1e-12));
    });
  });

  test('from starts that are not small, a weaker feature can be half learned first', () => {
    expect(halfTime({ sigma: 2.1, start: 1 })).toBeLessThan(halfTime({ sigma: 4, start: 1 }));
  });

  test('within the n-th window, n modes are learned and the others are not, ever more sharply as τ grows', () => {
    const spectrum = [3, 2, 1, 0.5];
    for (const tau of [20, 200]) {
      const problem = createProblem({ dim: 4, spectrum, tau });
      for (const learned of [1, 2, 3]) {
        const { from, to } = learningWindow(spectrum, learned);
        const time = (tau * (from + to)) / 2;
        expect(learnedCount(spectrum, (from + to) / 2)).toBe(learned);
        problem.modes.forEach((mode, index) => {
          if (index < learned) expect(gap(mode, time)).toBeLessThan(10 * Math.exp(-tau / 3));
          else expect(singularValue(mode, time)).toBeLessThan(Math.exp(-tau / 3));
        });
      }
    }
  });

  test('windows tile the times, with empty ones at ties and the last without end', () => {
    expect(learningWindow([2, 1, 1], 0)).toEqual({ from: 0, to: 0.25 });
    expect(learningWindow([2, 1, 1], 1)).toEqual({ from: 0.25, to: 0.5 });
    expect(learningWindow([2, 1, 1], 2)).toEqual({ from: 0.5, to: 0.5 });
    expect(learningWindow([2, 1, 1], 3)).toEqual({ from: 0.5, to: Infinity });
    expect(learningWindow([2, 0], 2)).toEqual({ from: Infinity, to: Infinity });
    expect(learnedCount([2, 0], Infinity)).toBe(1);
  });

  test.each([-1, 0.5, 4, Number.NaN])('refuses %s learned modes of three', (learned) => {
    expect(() => learningWindow([2, 1, 1], learned)).toThrow(InvalidInputError);
  });

  test('modes that have nothing to learn or never move', () => {
    expect(learnedGapBound({ sigma: 0, start: 0.1 }, 5)).toBe(0);
    expect(unlearnedFactorBound({ sigma: 0, start: 0.25 }, Infinity)).toBeCloseTo(0.5, 15);
    expect(learnedGapBound({ sigma: 1, start: 0 }, 5)).toBe(Infinity);
    expect(unlearnedFactorBound({ sigma: 1, start: 0 }, 5)).toBe(0);
  });
});
