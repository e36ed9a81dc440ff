import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import {
  expectedExcess,
  expectedExcessDeep,
  hessianTrace,
  squaredNorm,
} from '../../src/theory/sensitivity.js';
import { gaussianMatrix, seededRandom } from '../support/random-matrices.js';
import { samples } from '../support/sample-size.js';
import { meanOverSigns } from '../support/sign-enumeration.js';

const seed = fc.nat();
const scale = fc.double({ min: 0, max: 2, noNaN: true });

function squaredError(first: Matrix, second: Matrix, task: Matrix): number {
  return squaredNorm(Matrix.sub(first.mmul(second), task));
}

/** Relative to the size of the numbers whose difference is taken; some dozens of roundings in sums of some dozen terms. */
function expectClose(actual: number, expected: number, size: number): void {
  expect(Math.abs(actual - expected)).toBeLessThan(1e-12 * (1 + size));
}

describe('expected excess under Gaussian noise (T1)', () => {
  test.prop(
    [
      fc.constantFrom([1, 1, 1], [2, 1, 3], [3, 2, 1], [1, 2, 3], [2, 2, 1], [1, 4, 1], [2, 2, 2]),
      seed,
      scale,
      scale,
    ],
    { numRuns: 30 },
  )(
    'is exact: equals the second-moment computation, with unequal noise, for every shape',
    (shape, from, first, second) => {
      const random = seededRandom(from);
      const [rows, hidden, cols] = shape as [number, number, number];
      const layers = [gaussianMatrix(rows, hidden, random), gaussianMatrix(hidden, cols, random)] as const;
      const task = gaussianMatrix(rows, cols, random);
      const mean = meanOverSigns(layers, [first, second], task);
      expectClose(expectedExcess(...layers, { first, second }), mean - squaredError(...layers, task), mean);
    },
  );

  test.prop([fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 3 }), seed, scale])(
    'one scale for both layers is γ²(q‖W1‖² + p‖W2‖²) + γ⁴phq',
    ([rows, hidden, cols], from, gamma) => {
      const random = seededRandom(from);
      const [first, second] = [
        gaussianMatrix(rows!, hidden!, random),
        gaussianMatrix(hidden!, cols!, random),
      ];
      const expected =
        gamma ** 2 * (cols! * squaredNorm(first) + rows! * squaredNorm(second)) +
        gamma ** 4 * rows! * hidden! * cols!;
      expectClose(expectedExcess(first, second, gamma), expected, expected);
    },
  );

  // Each case has its own fixed seed. A mean of many draws misses 5 standard errors once in 3.5 million.
  test.each([
    { shape: [3, 4, 2], noise: { first: 0.3, second: 0.3 }, from: 1 },
    { shape: [2, 5, 4], noise: { first: 0.5, second: 0.1 }, from: 2 },
    { shape: [5, 2, 3], noise: { first: 0.05, second: 1.2 }, from: 3 },
    { shape: [4, 4, 4], noise: { first: 0, second: 0.7 }, from: 4 },
  ])('equals Monte Carlo within 5 standard errors: $shape $noise', ({ shape, noise, from }) => {
    const random = seededRandom(from);
    const [rows, hidden, cols] = shape as [number, number, number];
    const [first, second] = [gaussianMatrix(rows, hidden, random), gaussianMatrix(hidden, cols, random)];
    const task = gaussianMatrix(rows, cols, random);
    const before = squaredError(first, second, task);
    const draws = samples(20_000);
    let sum = 0;
    let squares = 0;
    for (let sample = 0; sample < draws; sample += 1) {
      const noisyFirst = gaussianMatrix(rows, hidden, random).mul(noise.first).add(first);
      const noisySecond = gaussianMatrix(hidden, cols, random).mul(noise.second).add(second);
      const excess = squaredError(noisyFirst, noisySecond, task) - before;
      sum += excess;
      squares += excess ** 2;
    }
    const mean = sum / draws;
    const standardError = Math.sqrt((squares / draws - mean ** 2) / draws);
    const expected = expectedExcess(first, second, noise);
    expect(Math.abs(mean - expected)).toBeLessThan(5 * standardError);
    // The test has power: swapping the two scales would be seen.
    if (noise.first !== noise.second) {
      const swapped = expectedExcess(first, second, { first: noise.second, second: noise.first });
      expect(Math.abs(mean - swapped)).toBeGreaterThan(5 * standardError);
    }
  });

  test.prop([fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 3 }), seed])(
    'the coefficient of γ² is half the trace of the Hessian, by finite differences',
    ([rows, hidden, cols], from) => {
      const random = seededRandom(from);
      const [first, second] = [
        gaussianMatrix(rows!, hidden!, random),
        gaussianMatrix(hidden!, cols!, random),
      ];
      const task = gaussianMatrix(rows!, cols!, random);
      const center = squaredError(first, second, task);
      // The loss is a parabola in each single weight, so that the central second difference is exact for any step.
      let trace = 0;
      for (const layer of [first, second]) {
        for (let row = 0; row < layer.rows; row += 1) {
          for (let column = 0; column < layer.columns; column += 1) {
            const weight = layer.get(row, column);
            for (const step of [1, -1]) {
              layer.set(row, column, weight + step);
              trace += squaredError(first, second, task) - center;
            }
            layer.set(row, column, weight);
          }
        }
      }
      expectClose(hessianTrace(first, second), trace, 50 * center + trace);
      const gamma = 1e-4;
      // What is left is γ² p h q ≤ 64e-8 of the coefficient.
      const coefficient = expectedExcess(first, second, gamma) / gamma ** 2;
      expectClose(coefficient - gamma ** 2 * rows! * hidden! * cols!, trace / 2, 50 * center + trace);
    },
  );

  test('refuses factors that do not fit and noise out of range', () => {
    const [first, second] = [Matrix.ones(2, 3), Matrix.ones(2, 3)];
    expect(() => expectedExcess(first, second, 0.1)).toThrow(InvalidInputError);
    expect(() => hessianTrace(first, second)).toThrow('2x3 2x3');
    for (const gamma of [-0.1, Number.NaN, Infinity, 1e61]) {
      expect(() => expectedExcess(first, second.transpose(), gamma)).toThrow(InvalidInputError);
    }
  });
});

describe('expected excess of a deep product (T1, depth L)', () => {
  test.prop(
    [
      fc.constantFrom(
        [2, 1, 2, 1],
        [1, 2, 1, 2],
        [1, 1, 3, 1],
        [1, 2, 2, 1],
        [1, 1, 2, 1, 2],
        [3, 2],
        [2, 2, 1],
      ),
      seed,
      scale,
      scale,
    ],
    { numRuns: 30 },
  )(
    'equals the exact second-moment computation, layer order and unequal noise included',
    (widths, from, one, two) => {
      const random = seededRandom(from);
      const layers = widths.slice(1).map((width, index) => gaussianMatrix(widths[index]!, width, random));
      const scales = layers.map((_, index) => (index % 2 === 0 ? one : two));
      const task = gaussianMatrix(widths[0]!, widths.at(-1)!, random);
      const clean = squaredNorm(
        Matrix.sub(
          layers.reduce((left, right) => left.mmul(right)),
          task,
        ),
      );
      const mean = meanOverSigns(layers, scales, task);
      expectClose(expectedExcessDeep(layers, scales), mean - clean, mean);
    },
  );

  test.prop([fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 3 }), seed, scale])(
    'two layers are the two-layer formula',
    ([rows, hidden, cols], from, gamma) => {
      const random = seededRandom(from);
      const layers = [
        gaussianMatrix(rows!, hidden!, random),
        gaussianMatrix(hidden!, cols!, random),
      ] as const;
      const expected = expectedExcess(...layers, gamma);
      expectClose(expectedExcessDeep(layers, gamma), expected, expected);
    },
  );

  test('loses no digits when the noise is tiny', () => {
    const random = seededRandom(5);
    const layers = [gaussianMatrix(3, 4, random), gaussianMatrix(4, 2, random), gaussianMatrix(2, 3, random)];
    // The excess is a polynomial in γ², whose first coefficient the ratio of two tiny scales shows.
    const ratio = expectedExcessDeep(layers, 2e-30) / expectedExcessDeep(layers, 1e-30);
    expect(Math.abs(ratio - 4)).toBeLessThan(1e-13);
  });

  test('refuses no layers, layers that do not chain and a wrong number of scales', () => {
    expect(() => expectedExcessDeep([], 0.1)).toThrow(InvalidInputError);
    expect(() => expectedExcessDeep([Matrix.ones(2, 2), Matrix.ones(3, 2)], 0.1)).toThrow('2x2 3x2');
    expect(() => expectedExcessDeep([Matrix.ones(2, 2)], [0.1, 0.2])).toThrow('one per layer');
  });
});
