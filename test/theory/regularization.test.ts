import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { descendWeights } from '../../src/theory/descend-weights.js';
import {
  effectiveSpeed,
  effectiveTask,
  effectiveValue,
  regularizationFloor,
} from '../../src/theory/regularization.js';
import { squaredNorm } from '../../src/theory/sensitivity.js';
import { integrate } from '../support/integrate.js';
import { gaussianMatrix, seededRandom } from '../support/random-matrices.js';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const pulls = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 50, noNaN: true }));

describe('effectiveTask', () => {
  test.prop([seeds, pulls])('completes the square of the regularised loss (T5)', (seed, pull) => {
    const random = seededRandom(seed);
    const [network, task, anchor] = [
      gaussianMatrix(3, 4, random),
      gaussianMatrix(3, 4, random),
      gaussianMatrix(3, 4, random),
    ];
    const direct = squaredNorm(Matrix.sub(network, task)) + pull * squaredNorm(Matrix.sub(network, anchor));
    const completed =
      effectiveSpeed(pull) * squaredNorm(Matrix.sub(network, effectiveTask(task, anchor, pull))) +
      regularizationFloor(task, anchor, pull);
    expect(Math.abs(completed - direct)).toBeLessThan(1e-12 * direct);
  });

  test.prop([seeds, pulls], { numRuns: 30 })(
    'makes regularised descent plain descent with larger steps',
    (seed, pull) => {
      const random = seededRandom(seed);
      const first = gaussianMatrix(3, 2, random).mul(0.5);
      const second = gaussianMatrix(2, 4, random).mul(0.5);
      const task = gaussianMatrix(3, 4, random);
      const anchor = first.mmul(second);
      const rate = 0.01 / (1 + pull);
      let [left, right] = [first, second];
      for (let step = 0; step < 20; step++) {
        const product = left.mmul(right);
        const slope = Matrix.sub(product, task)
          .add(Matrix.sub(product, anchor).mul(pull))
          .mul(2 * rate);
        [left, right] = [
          Matrix.sub(left, slope.mmul(right.transpose())),
          Matrix.sub(right, left.transpose().mmul(slope)),
        ];
      }
      const effective = effectiveTask(task, anchor, pull);
      const plain = descendWeights(first, second, effective, effectiveSpeed(pull) * rate, 20);
      expect(Matrix.sub(plain.first, left).norm() + Matrix.sub(plain.second, right).norm()).toBeLessThan(
        1e-12,
      );
    },
  );

  test('leaves the task as it is without a pull, and tends to the anchor with a strong one', () => {
    const [task, anchor] = [new Matrix([[0.1, 0.7]]), new Matrix([[3, 5]])];
    expect(effectiveTask(task, anchor, 0)).toEqual(task);
    expect(regularizationFloor(task, anchor, 0)).toBe(0);
    expect(effectiveValue(1e150, 2, 1e150)).toBeCloseTo(3, 12);
    expect(effectiveValue(4, 1, 2)).toBe(2);
  });

  test('refuses a pull that is negative, not a number or infinite', () => {
    for (const pull of [-1e-9, Number.NaN, Infinity]) {
      expect(() => effectiveSpeed(pull)).toThrow(/^lambdas: .* from 0 to 1e\+150$/);
      expect(() => effectiveValue(1, 1, pull)).toThrow(/^lambdas: /);
    }
  });
});

describe('the scalar flow', () => {
  test.prop(
    [fc.double({ min: 0.01, max: 2, noNaN: true }), fc.double({ min: 0, max: 3, noNaN: true }), pulls],
    { numRuns: 30 },
  )('of the regularised loss is that to the effective value in time (1 + λ)t', (start, target, pull) => {
    const slope = (s: number) => -4 * s * (s - target + pull * (s - start));
    const goal = effectiveValue(target, start, pull);
    const speed = effectiveSpeed(pull);
    const [direct] = integrate((_, [s]) => [slope(s!)], [start], 0.3);
    const [mapped] = integrate((_, [s]) => [4 * s! * (goal - s!)], [start], 0.3 * speed);
    expect(Math.abs(direct! - mapped!)).toBeLessThan(1e-10);
  });
});
