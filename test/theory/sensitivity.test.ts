import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import { gap, singularValue } from '../../src/theory/mode.js';
import { createProblem, singularValues } from '../../src/theory/problem.js';
import {
  expectedExcess,
  expectedExcessDeep,
  hessianTrace,
  relativeExcess,
  relativeNoise,
  relativeSensitivityAt,
  requireNoiseScale,
  sensitivityAt,
  sensitivityVelocity,
  sensitivityVelocityAt,
  squaredNorm,
} from '../../src/theory/sensitivity.js';
import { alignedWeights } from '../support/aligned-weights.js';
import { logUniform, risingProblem } from '../support/problem-arbitraries.js';
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
    [fc.constantFrom([1, 1, 1], [2, 1, 3], [3, 2, 1], [1, 2, 3], [2, 2, 1], [1, 4, 1], [2, 2, 2]), seed, scale, scale],
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
      const [first, second] = [gaussianMatrix(rows!, hidden!, random), gaussianMatrix(hidden!, cols!, random)];
      const expected =
        gamma ** 2 * (cols! * squaredNorm(first) + rows! * squaredNorm(second)) + gamma ** 4 * rows! * hidden! * cols!;
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
      const [first, second] = [gaussianMatrix(rows!, hidden!, random), gaussianMatrix(hidden!, cols!, random)];
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
      fc.constantFrom([2, 1, 2, 1], [1, 2, 1, 2], [1, 1, 3, 1], [1, 2, 2, 1], [1, 1, 2, 1, 2], [3, 2], [2, 2, 1]),
      seed,
      scale,
      scale,
    ],
    { numRuns: 30 },
  )('equals the exact second-moment computation, layer order and unequal noise included', (widths, from, one, two) => {
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
  });

  test.prop([fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 3 }), seed, scale])(
    'two layers are the two-layer formula',
    ([rows, hidden, cols], from, gamma) => {
      const random = seededRandom(from);
      const layers = [gaussianMatrix(rows!, hidden!, random), gaussianMatrix(hidden!, cols!, random)] as const;
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

describe('requireNoiseScale', () => {
  test.each([0, 1e-300, 0.1, 1e60])('takes %s', (gamma) => {
    expect(requireNoiseScale(gamma)).toBe(gamma);
  });

  test.each([-1e-300, 1.1e60, Infinity, Number.NaN])('refuses %s, naming the option', (gamma) => {
    expect(() => requireNoiseScale(gamma, 'gammas')).toThrow(InvalidInputError);
    expect(() => requireNoiseScale(gamma, 'gammas')).toThrow(/^gammas: /);
  });
});

const dimension = fc.integer({ min: 1, max: 5 });
const time = logUniform(1e-4, 1e5);

describe('progressive sensitivity (T2)', () => {
  test.prop([risingProblem(), logUniform(1e-3, 10), time, logUniform(1e-3, 1e3)])(
    'grows with training length (ii)',
    (problem, gamma, early, later) => {
      const late = early + later;
      // Changes far below the rounding of the sensitivity show in small values and in small gaps.
      const rise = problem.modes.reduce((sum, mode) => {
        const before = singularValue(mode, early);
        const after = singularValue(mode, late);
        return sum + (after < mode.sigma / 2 ? after - before : gap(mode, early) - gap(mode, late));
      }, 0);
      const stillLearning = problem.modes.some((mode) => gap(mode, early) > 1e-300);
      if (stillLearning) expect(rise).toBeGreaterThan(0);
      expect(sensitivityVelocityAt(problem, gamma, early)).toBeGreaterThanOrEqual(0);
      const [before, after] = [sensitivityAt(problem, gamma, early), sensitivityAt(problem, gamma, late)];
      expect(after).toBeGreaterThanOrEqual(before * (1 - 1e-12));
      const expected = gamma ** 2 * (problem.rows + problem.cols) * rise;
      expect(Math.abs(after - before - expected)).toBeLessThan(1e-12 * (after + expected));
    },
  );

  test.prop([dimension, dimension, dimension, fc.nat(), logUniform(1e-3, 2), time])(
    'is what T1 gives for the weights of the flow',
    (rows, hidden, cols, seed, gamma, at) => {
      const random = seededRandom(seed);
      const problem = createProblem({ rows, hidden, cols, spectrum: 'power:1', tau: 3 });
      const { first, second } = alignedWeights(problem, random, singularValues(problem, at));
      const expected = expectedExcess(first, second, gamma);
      expect(Math.abs(sensitivityAt(problem, gamma, at) - expected)).toBeLessThan(1e-12 * expected);
    },
  );

  test.prop([dimension, dimension, dimension, fc.nat()])(
    'moves at 4(p+q)⟨W, A - W⟩ from any weights (i)',
    (rows, hidden, cols, seed) => {
      const random = seededRandom(seed);
      const [first, second] = [gaussianMatrix(rows, hidden, random), gaussianMatrix(hidden, cols, random)];
      const task = gaussianMatrix(rows, cols, random);
      const residual = Matrix.sub(first.mmul(second), task);
      const coefficient = (step: number): number => {
        const movedFirst = Matrix.sub(first, residual.mmul(second.transpose()).mul(2 * step));
        const movedSecond = Matrix.sub(
          second,
          first
            .transpose()
            .mmul(residual)
            .mul(2 * step),
        );
        return cols * squaredNorm(movedFirst) + rows * squaredNorm(movedSecond);
      };
      // A parabola in the step: its central difference is its slope exactly, up to rounding of the values.
      const slope = (coefficient(1) - coefficient(-1)) / 2;
      const size = coefficient(1) + coefficient(-1);
      expect(Math.abs(sensitivityVelocity(first, second, task) - slope)).toBeLessThan(1e-13 * size);
    },
  );

  test.prop([dimension, dimension, dimension, fc.nat(), time])(
    'the rate along the flow is the rate of its weights',
    (rows, hidden, cols, seed, at) => {
      const problem = createProblem({ rows, hidden, cols, spectrum: 'linear', tau: 2 });
      const { task, first, second } = alignedWeights(problem, seededRandom(seed), singularValues(problem, at));
      const scale = 4 * (rows + cols) * squaredNorm(task);
      expect(Math.abs(sensitivityVelocityAt(problem, 1, at) - sensitivityVelocity(first, second, task))).toBeLessThan(
        1e-13 * scale,
      );
    },
  );

  test('falls where a mode starts above its σ: the hypothesis of (ii) is needed', () => {
    const problem = createProblem({ dim: 2, spectrum: '1', tau: 2 });
    expect(sensitivityVelocityAt(problem, 1, 100)).toBeLessThan(0);
  });

  test('refuses a noise scale out of range', () => {
    const problem = createProblem({ dim: 2, spectrum: 'linear', tau: 2 });
    for (const gamma of [-1, Number.NaN, 1e100]) {
      expect(() => sensitivityAt(problem, gamma, 1)).toThrow(InvalidInputError);
      expect(() => sensitivityVelocityAt(problem, gamma, 1)).toThrow(InvalidInputError);
    }
  });
});

const width = fc.integer({ min: 1, max: 6 });
const ratio = logUniform(1e-3, 1e6);

describe('noise relative to the weights (T8)', () => {
  test.prop([width, width, width, fc.nat(), ratio])(
    'its scales give the layers the signal-to-noise ratio, and T1 the excess',
    (rows, hidden, cols, seed, snr) => {
      const random = seededRandom(seed);
      const [first, second] = [gaussianMatrix(rows, hidden, random), gaussianMatrix(hidden, cols, random)];
      const noise = relativeNoise(first, second, snr);
      expect(squaredNorm(first) / (rows * hidden * noise.first ** 2) / snr).toBeCloseTo(1, 12);
      expect(squaredNorm(second) / (hidden * cols * noise.second ** 2) / snr).toBeCloseTo(1, 12);
      const expected = expectedExcess(first, second, noise);
      expect(Math.abs(relativeExcess(first, second, snr) - expected)).toBeLessThan(1e-12 * expected);
    },
  );

  test.prop([width, width, width, fc.nat(), ratio, logUniform(1e-2, 100)])(
    'along the flow it is (Σs)²/h · (2/snr + 1/snr²)',
    (rows, hidden, cols, seed, snr, time) => {
      const problem = createProblem({ rows, hidden, cols, spectrum: 'power:1', tau: 2 });
      const { first, second } = alignedWeights(problem, seededRandom(seed), singularValues(problem, time));
      const expected = expectedExcess(first, second, relativeNoise(first, second, snr));
      expect(Math.abs(relativeSensitivityAt(problem, snr, time) - expected)).toBeLessThan(1e-12 * expected);
    },
  );

  test('is the formula of the square case', () => {
    const problem = createProblem({ dim: 4, spectrum: '3,2', tau: 300 });
    expect(relativeSensitivityAt(problem, 10, Infinity)).toBeCloseTo((25 / 4) * (0.2 + 0.01), 12);
    expect(relativeSensitivityAt(problem, Infinity, Infinity)).toBe(0);
  });

  test.each([0, -1, Number.NaN])('refuses a ratio of %s', (snr) => {
    const weights = gaussianMatrix(2, 2, seededRandom(1));
    expect(() => relativeNoise(weights, weights, snr)).toThrow(InvalidInputError);
    expect(() => relativeExcess(weights, weights, snr)).toThrow('snr');
    const problem = createProblem({ dim: 2, spectrum: 'linear', tau: 1 });
    expect(() => relativeSensitivityAt(problem, snr, 1)).toThrow('snr');
  });
});
