import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import {
  type FactorPair,
  imbalanceMatrix,
  imbalanceOf,
  pairAt,
  pairGap,
  pairImbalance,
  pairVelocity,
} from '../../src/theory/balance.js';
import { gap, singularValue } from '../../src/theory/mode.js';
import { integrate, integrateWeights } from '../support/integrate.js';
import { logUniform } from '../support/problem-arbitraries.js';
import { balancedWeights, gaussianMatrix, seededRandom } from '../support/random-matrices.js';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

describe('imbalanceOf', () => {
  test.prop([seeds, fc.constantFrom(-2, -0.3, 0, 0.01, 5)])(
    'finds the imbalance of λ-balanced weights',
    (seed, expected) => {
      const random = seededRandom(seed);
      const { first, second } = balancedWeights(5, 3, 4, 0.7, expected, random);
      const found = imbalanceOf(first, second);
      if (expected === 0) expect(found).toBe(0);
      else expect(Math.abs(found! - expected)).toBeLessThan(1e-13);
    },
  );

  test.prop([seeds])('refuses generic weights, and takes any with one hidden unit', (seed) => {
    const random = seededRandom(seed);
    expect(imbalanceOf(gaussianMatrix(4, 3, random), gaussianMatrix(3, 5, random))).toBeNull();
    const column = gaussianMatrix(4, 1, random);
    const row = gaussianMatrix(1, 5, random);
    expect(imbalanceOf(column, row)).toBeCloseTo(column.dot(column) - row.dot(row), 12);
  });

  test('scales with the weights and obeys its tolerance', () => {
    for (const size of [1e-100, 1, 1e100]) {
      const first = Matrix.diag([size, size]);
      const second = Matrix.diag([size, size * (1 + 1e-6)]);
      expect(imbalanceOf(first, second)).toBeNull();
      expect(imbalanceOf(first, second, 1e-5)).not.toBeNull();
      expect(imbalanceOf(first, first)).toBe(0);
    }
    expect(imbalanceOf(Matrix.zeros(2, 2), Matrix.zeros(2, 2))).toBe(0);
    expect(imbalanceOf(Matrix.diag([Number.NaN]), Matrix.eye(1))).toBeNull();
  });

  test.prop([seeds], { numRuns: 20 })(
    'is the trace of a matrix that gradient flow conserves from any start',
    (seed) => {
      const random = seededRandom(seed);
      const [first, second, task] = [
        gaussianMatrix(3, 2, random),
        gaussianMatrix(2, 4, random),
        gaussianMatrix(3, 4, random),
      ];
      const end = integrateWeights(first, second, task, 1);
      const drift = Matrix.sub(imbalanceMatrix(end.first, end.second), imbalanceMatrix(first, second));
      expect(drift.norm()).toBeLessThan(1e-9);
    },
  );
});

/** Zero, or a size at which squares are far from underflow. */
const factor = fc
  .oneof(fc.double({ min: -3, max: 3, noNaN: true }), fc.constantFrom(0, 1, -1, 0.5, 1e-5))
  .map((value) => (Math.abs(value) < 1e-100 ? 0 : value));
const pair = fc.record({ first: factor, second: factor });
const sigma = fc.oneof(logUniform(0.05, 4), fc.constant(0));

/** Gradient flow of `(ab - σ)²` itself. */
function flow(target: number): (time: number, factors: number[]) => number[] {
  return (_, [a, b]) => {
    const pull = -2 * (a! * b! - target);
    return [pull * b!, pull * a!];
  };
}

describe('unbalanced pair of factors (T0″)', () => {
  test.prop([pair, sigma, fc.double({ min: 0, max: 3, noNaN: true })], { numRuns: 300 })(
    'is gradient flow of the two factors, from any signs',
    (start, target, time) => {
      const [first, second] = integrate(flow(target), [start.first, start.second], time);
      const end = pairAt(start, target, time);
      // Close to the saddle an error grows like e^{2σt} ≤ e^{24}; away from it, it does not grow. Relative to the factors.
      const saddle = Math.exp(2 * target * Math.min(time, 1)) * 1e3;
      expect(Math.abs(end.first - first!)).toBeLessThan(1e-13 * saddle * 1e2);
      expect(Math.abs(end.second - second!)).toBeLessThan(1e-13 * saddle * 1e2);
      const scale = 1 + target + start.first ** 2 + start.second ** 2;
      expect(Math.abs(pairGap(start, target, time) - (target - end.first * end.second))).toBeLessThan(1e-14 * scale);
    },
  );

  test.prop([pair, sigma, logUniform(1e-6, 1e6)])('conserves the imbalance', (start, target, time) => {
    const end = pairAt(start, target, time);
    const scale = end.first ** 2 + end.second ** 2 + start.first ** 2 + start.second ** 2;
    expect(Math.abs(pairImbalance(end) - pairImbalance(start))).toBeLessThanOrEqual(2e-14 * scale);
  });

  test.prop([pair, sigma])('the product moves at 2(σ - s)√(ℓ² + 4s²)', (start, target) => {
    const product = start.first * start.second;
    const expected = 2 * (target - product) * Math.hypot(pairImbalance(start), 2 * product);
    expect(Math.abs(pairVelocity(start, target) - expected)).toBeLessThan(1e-14 * (1 + Math.abs(expected)));
    const step = 1e-6;
    const moved = target - pairGap(start, target, step);
    // Second order in the step, with derivatives of up to 2·(4(σ + 9·4))² ≈ 5e4.
    expect(Math.abs(moved - product - step * expected)).toBeLessThan(step * step * 1e5 + 1e-14);
  });

  test.prop([logUniform(1e-150, 10), logUniform(1e-3, 10), logUniform(1e-12, 700)])(
    'equal factors are the balanced mode',
    (root, target, exponent) => {
      const time = exponent / (4 * target);
      const mode = { sigma: target, start: root * root };
      const { first, second } = pairAt({ first: root, second: root }, target, time);
      const tolerance = (20 + 2 * exponent + 4 * Math.abs(Math.log(root))) * Number.EPSILON;
      expect(Math.abs(first / second - 1)).toBeLessThan(tolerance);
      expect(Math.abs((first * second) / singularValue(mode, time) - 1)).toBeLessThan(tolerance);
      const expected = gap(mode, time);
      expect(Math.abs(pairGap({ first: root, second: root }, target, time) - expected)).toBeLessThanOrEqual(
        tolerance * Math.abs(expected),
      );
    },
  );

  test.prop([pair, logUniform(0.1, 4), logUniform(0.1, 20)])(
    'late gaps shrink by e^{-4κt}, far below the rounding of σ',
    (start, target, time) => {
      fc.pre(Math.abs(start.first + start.second) > 1e-5);
      const rate = Math.hypot(target, pairImbalance(start) / 2);
      const late = 40 / rate;
      const now = pairGap(start, target, late);
      const later = pairGap(start, target, late + time);
      fc.pre(Math.abs(later) > 1e-300 && now !== 0);
      const exponent = 4 * rate * time;
      // At this time E is e^-160; a start within 1e-5 of the saddle has then converged to e^-137.
      expect(Math.abs(Math.log(now / later) - exponent)).toBeLessThan(1e-12 * (exponent + 200));
    },
  );

  test('the balanced saddle ends at zero and stays there', () => {
    const start = { first: 1, second: -1 };
    const end = pairAt(start, 1, 2);
    // n = -s obeys dn/dt = -4n(σ + n), so that n = σ/((1 + σ/n0)e^{4σt} - 1).
    expect(-end.first * end.second).toBeCloseTo(1 / (2 * Math.exp(8) - 1), 15);
    expect(end.first).toBe(-end.second);
    expect(pairAt(start, 1, Infinity)).toEqual({ first: 0, second: 0 });
    expect(pairGap(start, 1, Infinity)).toBe(1);
    expect(pairAt({ first: 0, second: 0 }, 1, Infinity)).toEqual({ first: 0, second: 0 });
    expect(pairGap({ first: 0, second: 0 }, 1, 5)).toBe(1);
  });

  test.each([170, 180, 184, 187, 200])('stays on the saddle at t = %s, where e^{-4t} leaves the doubles', (time) => {
    const { first, second } = pairAt({ first: 1, second: -1 }, 1, time);
    expect(first + second).toBe(0);
    // a = √(1/(2e^{4t} - 1)), from -s = a².
    expect(Math.abs(first - Math.exp(-2 * time) / Math.SQRT2)).toBeLessThan(1e-12 * Math.exp(-2 * time) + 1e-161);
    expect(pairGap({ first: 1, second: -1 }, 1, time)).toBe(1);
  });

  test('one factor at zero is pulled off the saddle by the other', () => {
    const end = pairAt({ first: 1, second: 0 }, 1, Infinity);
    expect(end.first * end.second).toBeCloseTo(1, 15);
    expect(pairImbalance(end)).toBeCloseTo(1, 15);
  });

  test('without a task, equal factors decay like 1/√(1 + 4a²t)', () => {
    const end = pairAt({ first: 2, second: -2 }, 0, 3);
    expect(end.first).toBeCloseTo(2 / Math.sqrt(1 + 48), 15);
    expect(end.second).toBe(-end.first);
    expect(pairGap({ first: 2, second: -2 }, 0, 3)).toBeCloseTo(4 / 49, 15);
    expect(pairAt({ first: 2, second: 2 }, 0, Infinity)).toEqual({ first: 0, second: 0 });
  });

  test('factors far above σ fall without loss of accuracy', () => {
    const end = pairAt({ first: 1e6, second: 1e6 }, 1, 100);
    expect(end.first).toBeCloseTo(1, 14);
    const uneven: FactorPair = pairAt({ first: 1e4, second: -1e-3 - 1e4 }, 1, 1e-4);
    expect(pairImbalance(uneven)).toBeCloseTo(pairImbalance({ first: 1e4, second: -1e-3 - 1e4 }), 3);
  });

  test.prop([
    fc.constantFrom(0, 1e-150, 1e-5, 1, -1, 1e6, -1e60),
    fc.constantFrom(0, 1e-150, -1e-150, 1e-5, 1, -1e6, 1e60),
    fc.constantFrom(0, 1e-12, 1, 1e12),
    fc.constantFrom(0, 1e-300, 1e-12, 1, 700, 1e12, 1e300, Infinity),
  ])('is finite for every time and scale', (first, second, target, time) => {
    const end = pairAt({ first, second }, target, time);
    const largest = 1.01 * Math.max(Math.abs(first), Math.abs(second), Math.sqrt(target)) + 1e-300;
    expect(Math.abs(end.first)).toBeLessThanOrEqual(2 * largest);
    expect(Math.abs(end.second)).toBeLessThanOrEqual(2 * largest);
    expect(Number.isNaN(pairGap({ first, second }, target, time))).toBe(false);
  });
});
