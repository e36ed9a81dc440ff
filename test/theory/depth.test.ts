import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { deepMode, deepVelocity } from '../../src/theory/depth.js';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import { gap, singularValue } from '../../src/theory/mode.js';
import { integrate } from '../support/integrate.js';
import { logUniform } from '../support/problem-arbitraries.js';

const depth = fc.oneof(fc.integer({ min: 2, max: 12 }), fc.constantFrom(50, 1000));

function relativeError(actual: number, expected: number): number {
  return actual === expected ? 0 : Math.abs(actual - expected) / Math.abs(expected);
}

describe('balanced networks of any depth (T0″)', () => {
  test.prop([fc.integer({ min: 2, max: 8 }), logUniform(0.2, 4), logUniform(1e-2, 5), logUniform(1e-3, 30)])(
    'solves ds/dt = 2L s^(2-2/L) (σ - s)',
    (layers, sigma, start, share) => {
      // Times are counted in the time that the fastest part of the way takes.
      const time = share / (2 * layers * Math.max(sigma, start) ** (2 - 2 / layers));
      const [expected] = integrate((_, [s]) => [deepVelocity(sigma, s!, layers)], [start], time, 1e-12);
      const { value, gap: remaining } = deepMode({ sigma, start }, layers, time);
      // The oracle's error per step is 1e-12; on the way up it grows by at most (σ/s0)^(2-2/L) ≤ 1.6e5 until saturation.
      expect(relativeError(value, expected!)).toBeLessThan(1e-6);
      expect(Math.abs(sigma - value - remaining)).toBeLessThan(4 * Number.EPSILON * Math.max(sigma, value));
    },
  );

  test.prop([fc.integer({ min: 2, max: 6 }), logUniform(0.2, 2), logUniform(0.3, 1.5), logUniform(0.01, 1)], {
    numRuns: 40,
  })('is gradient flow of all the layers', (layers, sigma, factor, time) => {
    const start = factor ** layers;
    const flow = (_: number, weights: number[]): number[] => {
      const product = weights.reduce((total, weight) => total * weight, 1);
      return weights.map((weight) => (-2 * (product - sigma) * product) / weight);
    };
    const end = integrate(flow, Array(layers).fill(factor), time);
    const product = end.reduce((total, weight) => total * weight, 1);
    expect(relativeError(deepMode({ sigma, start }, layers, time).value, product)).toBeLessThan(1e-9);
  });

  test.prop([logUniform(1e-6, 1e6), logUniform(1e-300, 1e8), logUniform(1e-20, 1400)], { numRuns: 300 })(
    'two layers are the closed form',
    (sigma, start, exponent) => {
      const mode = { sigma, start };
      const time = exponent / (4 * sigma);
      const state = deepMode(mode, 2, time);
      // Both forms turn the rounding of 4σt and of ln s0 into a relative error; the bisection is exact beside that.
      const tolerance =
        (20 + 3 * exponent + 3 * Math.abs(Math.log(start)) + 3 * Math.abs(Math.log(sigma))) * Number.EPSILON;
      expect(relativeError(state.value, singularValue(mode, time))).toBeLessThan(tolerance);
      const expected = gap(mode, time);
      if (Math.abs(expected) > 1e-300) {
        // Early, a gap is as accurate as the difference of two numbers; late, as the exponential.
        const cancellation = (4 * Number.EPSILON * state.value) / Math.abs(sigma - state.value);
        expect(relativeError(state.gap, expected)).toBeLessThan(tolerance + Math.min(cancellation, tolerance));
      }
    },
  );

  test.prop([
    depth,
    logUniform(1e-3, 1e3),
    logUniform(1e-6, 1e3),
    logUniform(1e-3, 50),
    fc.double({ min: 0.05, max: 0.95, noNaN: true }),
  ])('restarting from an intermediate state changes nothing', (layers, sigma, start, relaxations, share) => {
    const mode = { sigma, start };
    const time = relaxations / (2 * layers * sigma ** (2 - 2 / layers));
    const half = deepMode(mode, layers, share * time);
    fc.pre(half.value !== sigma);
    const whole = deepMode(mode, layers, time);
    const restarted = deepMode({ sigma, start: half.value }, layers, time - share * time);
    // The second leg begins with a rounded value, which costs its gap value/gap roundings; what grows multiplies errors.
    const growth = Math.max(1, (whole.value / half.value) ** (2 - 2 / layers));
    const lost = 1 + half.value / Math.abs(half.gap);
    expect(relativeError(restarted.value, whole.value)).toBeLessThan(1e-12 * growth);
    fc.pre(Math.abs(whole.gap) > 1e-300);
    expect(relativeError(restarted.gap, whole.gap)).toBeLessThan(1e-12 * growth * lost);
  });

  test.prop([
    fc.constantFrom(2, 3, 7, 1000, 1e6),
    fc.constantFrom(0, 1e-150, 1e-12, 1, 1e12, 1e150),
    fc.constantFrom(0, 1e-304, Math.exp(-600), 1e-5, 1, 1e12, 1e150),
    fc.constantFrom(0, 1e-300, 1e-12, 1, 175, 1e12, 1e300, Infinity),
  ])('is finite and between start and σ for every depth, time and scale', (layers, sigma, start, time) => {
    const { value, gap: remaining } = deepMode({ sigma, start }, layers, time);
    expect(value).toBeGreaterThanOrEqual(Math.min(sigma, start) * (1 - 1e-12));
    expect(value).toBeLessThanOrEqual(Math.max(sigma, start) * (1 + 1e-12));
    expect(Math.abs(remaining)).toBeLessThanOrEqual(Math.abs(sigma - start) * (1 + 1e-12));
  });

  test('a null mode decays algebraically, slower with depth', () => {
    // ds/dt = -6 s^(7/3) for three layers: s = (s0^(-4/3) + 8t)^(-3/4).
    const { value, gap: remaining } = deepMode({ sigma: 0, start: 0.5 }, 3, 10);
    expect(value).toBeCloseTo((0.5 ** (-4 / 3) + 80) ** (-3 / 4), 14);
    expect(remaining).toBe(-value);
  });

  test('tiny starts rise at s0^-(1-2/L) / (2L(1-2/L)σ)', () => {
    const [sigma, start, layers] = [2, 1e-30, 3];
    const rise = start ** (-1 / 3) / (2 * layers * (1 / 3) * sigma);
    expect(deepMode({ sigma, start }, layers, 0.99 * rise).value).toBeLessThan(1e-20);
    expect(deepMode({ sigma, start }, layers, 1.01 * rise).value).toBeGreaterThan(1.99);
  });

  test.each([1, 0, -2, 2.5, 1e7, Number.NaN, Infinity])('refuses a depth of %s', (layers) => {
    expect(() => deepMode({ sigma: 1, start: 0.1 }, layers, 1)).toThrow(InvalidInputError);
    expect(() => deepVelocity(1, 0.1, layers)).toThrow(InvalidInputError);
  });
});
