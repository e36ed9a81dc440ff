import { fc, test } from '@fast-check/vitest';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, vi } from 'vitest';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import { expectedExcess, hessianTrace, squaredNorm } from '../../src/theory/sensitivity.js';
import {
  aboveSensitivityFloor,
  leastSensitiveFactors,
  nearestInNuclearBall,
  nuclearNorm,
  relativeSphereStep,
  sensitivityFloor,
  sphereSensitivity,
} from '../../src/theory/sensitivity-floor.js';
import { logUniform } from '../support/problem-arbitraries.js';
import { balancedWeights, gaussianMatrix, seededRandom } from '../support/random-matrices.js';

const dimension = fc.integer({ min: 1, max: 6 });

/** `q‖W1‖² + p‖W2‖²`, half the trace of the Hessian. */
function sensitivity(first: Matrix, second: Matrix): number {
  return hessianTrace(first, second) / 2;
}

describe('floor of the sensitivity over all factorisations (T6)', () => {
  test.prop([dimension, dimension, dimension, fc.nat()])('no factors are below it', (rows, hidden, cols, seed) => {
    const random = seededRandom(seed);
    const [first, second] = [gaussianMatrix(rows, hidden, random), gaussianMatrix(hidden, cols, random)];
    const floor = sensitivityFloor(first.mmul(second));
    expect(sensitivity(first, second)).toBeGreaterThanOrEqual(floor * (1 - 1e-12));
  });

  test.prop([dimension, dimension, fc.nat(), fc.nat(3)])(
    'the balanced factors attain it, whatever the width',
    (rows, cols, seed, extra) => {
      const product = gaussianMatrix(rows, cols, seededRandom(seed));
      const { first, second } = leastSensitiveFactors(product, Math.min(rows, cols) + extra);
      const size = squaredNorm(product) + 1;
      expect([first.rows, first.columns, second.rows, second.columns]).toEqual([
        rows,
        Math.min(rows, cols) + extra,
        Math.min(rows, cols) + extra,
        cols,
      ]);
      expect(Matrix.sub(first.mmul(second), product).norm()).toBeLessThan(1e-12 * size);
      const floor = sensitivityFloor(product);
      expect(Math.abs(sensitivity(first, second) - floor)).toBeLessThan(1e-12 * floor);
      // Equality holds exactly where q W1ᵀW1 = p W2W2ᵀ.
      const left = first.transpose().mmul(first).mul(cols);
      const right = second.mmul(second.transpose()).mul(rows);
      expect(Matrix.sub(left, right).norm()).toBeLessThan(1e-11 * size * (rows + cols));
    },
  );

  test.prop([dimension, dimension, fc.nat(), fc.double({ min: 0.3, max: 3, noNaN: true })])(
    'other scales and mixed hidden units cost more',
    (rows, cols, seed, scale) => {
      const random = seededRandom(seed);
      const { first, second } = leastSensitiveFactors(gaussianMatrix(rows, cols, random));
      const floor = sensitivityFloor(first.mmul(second));
      const scaled = sensitivity(Matrix.mul(first, scale), Matrix.mul(second, 1 / scale));
      expect(Math.abs(scaled - (floor * (scale ** 2 + scale ** -2)) / 2)).toBeLessThan(1e-12 * scaled);
    },
  );

  test.prop([dimension, fc.nat()])(
    'training from a balanced start of a square network is at the floor',
    (dim, seed) => {
      const { first, second } = balancedWeights(dim, dim, dim, 1, 0, seededRandom(seed));
      const floor = sensitivityFloor(first.mmul(second));
      expect(Math.abs(sensitivity(first, second) - floor)).toBeLessThan(1e-11 * floor);
      // The whole excess is the floor of γ² and what no factorisation of this width changes.
      const expected = 0.09 * floor + 0.3 ** 4 * dim ** 3;
      expect(Math.abs(expectedExcess(first, second, 0.3) - expected)).toBeLessThan(1e-11 * expected);
    },
  );

  test('the nuclear norm is the sum of singular values, and wide matrices print nothing', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      const wide = gaussianMatrix(2, 5, seededRandom(3));
      const tall = new SingularValueDecomposition(wide.transpose()).diagonal;
      expect(nuclearNorm(wide)).toBeCloseTo(tall[0]! + tall[1]!, 12);
      leastSensitiveFactors(wide);
      expect(warn).not.toHaveBeenCalled();
    } finally {
      warn.mockRestore();
    }
    expect(nuclearNorm(Matrix.zeros(2, 3))).toBe(0);
  });

  test.each([1, 2.5, Number.NaN, -3])('refuses a width of %s for a 2x3 matrix', (hidden) => {
    expect(() => leastSensitiveFactors(Matrix.ones(2, 3), hidden)).toThrow(InvalidInputError);
  });
});

const spectrum = fc
  .array(logUniform(0.01, 100), { minLength: 1, maxLength: 8 })
  .map((values) => values.sort((a, b) => b - a));

describe('the nearest network of bounded norms (T6-sphere)', () => {
  test('takes the same from every singular value, and what cannot be reached whole', () => {
    // 3 + 2 - 2μ = 3 with μ = 1, at which the third is gone.
    expect(nearestInNuclearBall([3, 2, 0.5], 3, 3)).toEqual({ values: [2, 1, 0], loss: 2.25 });
    expect(nearestInNuclearBall([3, 2, 0.5], 1, 3)).toEqual({ values: [3, 0, 0], loss: 4.25 });
    expect(nearestInNuclearBall([3, 2], 2, 7)).toEqual({ values: [3, 2], loss: 0 });
    expect(nearestInNuclearBall([3, 2], 2, 0)).toEqual({ values: [0, 0], loss: 13 });
    expect(nearestInNuclearBall([2, 2], 2, 1)).toEqual({ values: [0.5, 0.5], loss: 4.5 });
  });

  test.prop([spectrum, fc.integer({ min: 1, max: 9 }), logUniform(1e-3, 1e3)])(
    'is found by bisection of the threshold, too',
    (sigmas, hidden, radius) => {
      const kept = sigmas.slice(0, hidden);
      const sumAt = (mu: number) => kept.reduce((sum, sigma) => sum + Math.max(sigma - mu, 0), 0);
      let [low, high] = [0, sumAt(0) <= radius ? 0 : sigmas[0]!];
      for (let halving = 0; halving < 200; halving++) {
        const middle = (low + high) / 2;
        if (sumAt(middle) > radius) low = middle;
        else high = middle;
      }
      const { values, loss } = nearestInNuclearBall(sigmas, hidden, radius);
      let expected = 0;
      sigmas.forEach((sigma, at) => {
        const value = at < hidden ? Math.max(sigma - high, 0) : 0;
        expect(Math.abs(values[at]! - value)).toBeLessThan(1e-13 * sigmas[0]! * 8);
        expected += (sigma - value) ** 2;
      });
      expect(Math.abs(loss - expected)).toBeLessThan(1e-12 * sigmas[0]! ** 2 * 8);
    },
  );

  test.prop([spectrum, fc.integer({ min: 1, max: 9 }), logUniform(0.1, 10), fc.nat()])(
    'no pair of layers on their spheres is nearer, along a descent that is projected on them',
    (sigmas, hidden, radius, seed) => {
      const random = seededRandom(seed);
      const size = sigmas.length;
      const task = Matrix.diag(sigmas);
      const onSphere = (matrix: Matrix) => matrix.mul(Math.sqrt(radius) / matrix.norm());
      let first = onSphere(gaussianMatrix(size, hidden, random));
      let second = onSphere(gaussianMatrix(hidden, size, random));
      const floor = nearestInNuclearBall(sigmas, hidden, radius).loss;
      const step = 0.2 / (sigmas[0]! + radius);
      for (let at = 0; at < 60; at++) {
        const residual = Matrix.sub(first.mmul(second), task);
        expect(residual.norm() ** 2).toBeGreaterThan(floor - 1e-12 * (task.norm() ** 2 + radius ** 2));
        const change = residual.mmul(second.transpose()).mul(step);
        second = onSphere(Matrix.sub(second, first.transpose().mmul(residual).mul(step)));
        first = onSphere(Matrix.sub(first, change));
      }
    },
  );

  test.each([
    [0, 1, 'hidden'],
    [1.5, 1, 'hidden'],
    [2, -1, 'radius'],
    [2, Number.NaN, 'radius'],
    [2, Infinity, 'radius'],
  ])('refuses a width of %d with a radius of %d', (hidden, radius, option) => {
    expect(() => nearestInNuclearBall([1], hidden, radius)).toThrow(InvalidInputError);
    expect(() => nearestInNuclearBall([1], hidden, radius)).toThrow(option);
  });
});

describe('steps on spheres', () => {
  test.prop([logUniform(1e-4, 100)])('change a point of the circle by a chord', (rate) => {
    const length = Math.hypot(1, rate);
    const chord = Math.hypot(1 / length - 1, rate / length);
    expect(Math.abs(relativeSphereStep(rate) - chord)).toBeLessThan(1e-14);
  });

  test('are never longer than the diameter of a quarter turn', () => {
    expect(relativeSphereStep(0)).toBe(0);
    expect(relativeSphereStep(1)).toBeCloseTo(2 * Math.sin(Math.PI / 8), 15);
    expect(relativeSphereStep(1e12)).toBeCloseTo(Math.SQRT2, 11);
  });

  test.each([-1, Number.NaN, Infinity])('refuse a rate of %d', (rate) => {
    expect(() => relativeSphereStep(rate)).toThrow(InvalidInputError);
    expect(() => relativeSphereStep(rate)).toThrow('learningRate');
  });
});

describe('sensitivity on spheres', () => {
  test.prop([fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), logUniform(0.1, 10), logUniform(0.1, 10)])(
    'is the floor of the largest product plus what imbalance costs',
    (rows, cols, first, second) => {
      const norms = { rows, cols, first, second };
      const whole = sphereSensitivity(norms);
      const floor = 2 * Math.sqrt(rows * cols) * first * second;
      expect(whole).toBeGreaterThan(floor * (1 - 1e-14));
      expect(Math.abs(aboveSensitivityFloor(norms, first * second) - (whole - floor))).toBeLessThan(1e-13 * whole);
      expect(Math.abs(aboveSensitivityFloor(norms, 0) - whole)).toBeLessThan(1e-13 * whole);
    },
  );

  test('pairs each layer with the dimension that it is multiplied by', () => {
    expect(sphereSensitivity({ rows: 2, cols: 3, first: 1, second: 10 })).toBe(203);
    expect(aboveSensitivityFloor({ rows: 4, cols: 9, first: 2, second: 3 }, 5)).toBe(12);
  });
});
