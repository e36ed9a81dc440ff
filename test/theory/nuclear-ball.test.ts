import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import { nearestInNuclearBall } from '../../src/theory/nuclear-ball.js';
import { logUniform } from '../support/problem-arbitraries.js';
import { gaussianMatrix, seededRandom } from '../support/random-matrices.js';

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
