import { fc, test } from '@fast-check/vitest';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { largestEigenvalue } from '../../src/theory/lanczos.js';
import { createProblem, singularValues } from '../../src/theory/problem.js';
import { descendWeights } from '../../src/theory/rotated-finetuning.js';
import { hessianTrace, squaredNorm } from '../../src/theory/sensitivity.js';
import {
  alignedSharpness,
  hessianOf,
  sharpness,
  sharpnessAt,
  sharpnessAtMinimum,
  stabilityLimit,
} from '../../src/theory/sharpness.js';
import { alignedWeights } from '../support/aligned-weights.js';
import { gaussianMatrix, orthonormalColumns, seededRandom } from '../support/random-matrices.js';
import { samples } from '../support/sample-size.js';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

function randomNetwork(seed: number) {
  const random = seededRandom(seed);
  const pick = (top: number) => 1 + Math.floor(random() * top);
  const [rows, hidden, cols] = [pick(4), pick(4), pick(4)];
  const first = gaussianMatrix(rows, hidden, random);
  const second = gaussianMatrix(hidden, cols, random);
  return { first, second, task: gaussianMatrix(rows, cols, random) };
}

/** Hessian of `‖W1W2 - A‖²` in all weights; central differences are exact, because each weight enters at most squared. */
function numericHessian(first: Matrix, second: Matrix, task: Matrix): Matrix {
  const entries = [first, second].flatMap((layer) =>
    layer.to1DArray().map((weight, entry) => {
      const [row, column] = [Math.floor(entry / layer.columns), entry % layer.columns];
      return (step: number): void => {
        layer.set(row, column, weight + step);
      };
    }),
  );
  const error = (): number => squaredNorm(Matrix.sub(first.mmul(second), task));
  const center = error();
  const hessian = Matrix.zeros(entries.length, entries.length);
  entries.forEach((moveLeft, left) => {
    entries.forEach((moveRight, right) => {
      let sum = left === right ? -2 * center : 0;
      for (const a of [1, -1]) {
        moveLeft(a);
        if (left === right) sum += error();
        else {
          for (const b of [1, -1]) {
            moveRight(b);
            sum += (a * b * error()) / 4;
          }
          moveRight(0);
        }
      }
      moveLeft(0);
      hessian.set(left, right, sum);
    });
  });
  return hessian;
}

function denseHessian(first: Matrix, second: Matrix, task: Matrix): Matrix {
  const split = first.rows * first.columns;
  const size = split + second.rows * second.columns;
  const hessian = hessianOf(first, second, task);
  const columns = Array.from({ length: size }, (_, index) => {
    const unit = new Array<number>(size).fill(0);
    unit[index] = 1;
    const product = hessian({
      first: Matrix.from1DArray(first.rows, first.columns, unit.slice(0, split)),
      second: Matrix.from1DArray(second.rows, second.columns, unit.slice(split)),
    });
    return [...product.first.to1DArray(), ...product.second.to1DArray()];
  });
  return new Matrix(columns).transpose();
}

describe('hessianOf', () => {
  test.prop([seeds], { numRuns: 30 })(
    'is the Hessian of the loss by exact differences, and has its trace (T1)',
    (seed) => {
      const { first, second, task } = randomNetwork(seed);
      const dense = denseHessian(first, second, task);
      // Rounding of losses up to 1e3, a few units of 2^-53 each, in up to 32 × 32 entries.
      expect(Matrix.sub(dense, numericHessian(first, second, task)).norm()).toBeLessThan(1e-11 * (1 + dense.norm()));
      expect(Matrix.sub(dense, dense.transpose()).norm()).toBeLessThan(1e-13 * (1 + dense.norm()));
      expect(dense.trace()).toBeCloseTo(hessianTrace(first, second), 10);
    },
  );
});

describe('sharpness', () => {
  test.prop([seeds], { numRuns: samples(20) })('is the largest eigenvalue of the dense Hessian', (seed) => {
    const { first, second, task } = randomNetwork(seed);
    const dense = denseHessian(first, second, task);
    const symmetric = Matrix.add(dense, dense.transpose()).mul(0.5);
    const values = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true }).realEigenvalues;
    const largest = Math.max(...values);
    const size = Math.max(largest, -Math.min(...values));
    expect(Math.abs(sharpness(first, second, task) - largest)).toBeLessThan(1e-9 * size);
  });

  test.prop([seeds], { numRuns: 30 })(
    'is 4σ_1 at the balanced minimum (T2 iii), 2σ_1 at the saddle at zero',
    (seed) => {
      const random = seededRandom(seed);
      const [left, right] = [orthonormalColumns(7, 4, random), orthonormalColumns(6, 4, random)];
      const rotation = orthonormalColumns(5, 4, random);
      const factor = Matrix.diag([3, 2, 1, 0.5].map(Math.sqrt));
      const first = left.mmul(factor).mmul(rotation.transpose());
      const second = rotation.mmul(factor).mmul(right.transpose());
      const task = left.mmul(Matrix.diag([3, 2, 1, 0.5])).mmul(right.transpose());
      expect(sharpness(first, second, task)).toBeCloseTo(12, 8);
      expect(sharpness(Matrix.zeros(7, 5), Matrix.zeros(5, 6), task)).toBeCloseTo(6, 8);
    },
  );

  test('decides where descent is stable: just below 2/sharpness it returns, just above it leaves', () => {
    const first = Matrix.diag([Math.sqrt(2), 1]);
    const task = Matrix.diag([2, 1]);
    const limit = 2 / sharpness(first, first, task);
    expect(limit).toBeCloseTo(1 / 4, 9);
    const nearby = Matrix.add(first, Matrix.diag([1e-6, 1e-6]));
    const distanceAfter = (rate: number) => {
      const end = descendWeights(nearby, nearby, task, rate, 400);
      return end.first.mmul(end.second).sub(task).norm();
    };
    expect(distanceAfter(0.95 * limit)).toBeLessThan(1e-12);
    expect(distanceAfter(1.05 * limit)).toBeGreaterThan(1e-2);
  });

  test('serves large networks: restarts from the best vector', () => {
    const random = seededRandom(11);
    const size = 24;
    const basis = orthonormalColumns(size, size, random);
    const values = Array.from({ length: size }, (_, index) => 1 - index / 100);
    const factor = basis.mmul(Matrix.diag(values.map(Math.sqrt)));
    const task = factor.mmul(factor.transpose());
    expect(sharpness(factor, factor.transpose(), task)).toBeCloseTo(4, 8);
  });

  test('passes on what is not finite, and takes a first vector', () => {
    const eye = Matrix.eye(2);
    expect(sharpness(Matrix.diag([Number.NaN, 1]), eye, eye)).toBeNaN();
    expect(sharpness(eye, eye, eye, { start: [1, 2, 3, 4, 5, 6, 7, 8], tolerance: 1e-6 })).toBeCloseTo(4, 9);
  });
});

describe('largestEigenvalue', () => {
  test('of zero, of one number, and of a map whose first vector is an eigenvector', () => {
    expect(largestEigenvalue((vector) => vector.map(() => 0), 5)).toBe(0);
    expect(largestEigenvalue((vector) => vector.map((x) => -3 * x), 1)).toBeCloseTo(-3, 14);
    expect(largestEigenvalue((vector) => vector.map((x) => 2 * x), 7)).toBeCloseTo(2, 13);
    expect(largestEigenvalue(([x = 0, y = 0]) => Float64Array.of(x, 4 * y), 2, { start: [1, 0] })).toBe(1);
  });

  test('is the algebraic one, not the largest in size', () => {
    const diagonal = [-10, 1, 0.5];
    expect(largestEigenvalue((vector) => vector.map((x, index) => diagonal[index]! * x), 3)).toBeCloseTo(1, 12);
  });

  test.prop([seeds], { numRuns: samples(3) })('finds it in a spectrum of 300 with a gap of a hundredth', (seed) => {
    const random = seededRandom(seed);
    const diagonal = Array.from({ length: 300 }, (_, index) => (index === 150 ? 1.01 : random() * 2 - 1));
    const found = largestEigenvalue((vector) => vector.map((x, index) => diagonal[index]! * x), 300);
    expect(found).toBeCloseTo(1.01, 10);
  });
});

const cases = fc.record({
  rows: fc.integer({ min: 1, max: 4 }),
  hidden: fc.integer({ min: 1, max: 4 }),
  cols: fc.integer({ min: 1, max: 4 }),
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
});

/** Random singular values, some of them at, above and below the task's, with equal ones and zeros among them. */
function randomCase({ rows, hidden, cols, seed }: { rows: number; hidden: number; cols: number; seed: number }) {
  const random = seededRandom(seed);
  const spectrum = Array.from({ length: Math.min(rows, cols) }, () => Math.ceil(4 * random()) / 2).sort(
    (a, b) => b - a,
  );
  const problem = createProblem({ rows, hidden, cols, spectrum, tau: 1 });
  const values = problem.modes.map(({ sigma }) => (random() < 0.2 ? 0 : 2 * sigma * random()));
  return { problem, values, random };
}

describe('alignedSharpness', () => {
  test.prop([cases])('is the largest eigenvalue of the Hessian, in any basis', (shape) => {
    const { problem, values, random } = randomCase(shape);
    const { rows, hidden, cols } = shape;
    const left = orthonormalColumns(rows, rows, random);
    const inner = orthonormalColumns(hidden, hidden, random);
    const right = orthonormalColumns(cols, cols, random);
    const factors = values.map(Math.sqrt);
    const first = left.mmul(Matrix.diag(factors, rows, hidden)).mmul(inner.transpose());
    const second = inner.mmul(Matrix.diag(factors, hidden, cols)).mmul(right.transpose());
    const task = left.mmul(Matrix.diag([...problem.spectrum], rows, cols)).mmul(right.transpose());
    const expected = Math.max(0, sharpness(first, second, task));
    // Lanczos answers to 1e-10 of the largest eigenvalue in size.
    const size = 4 * (problem.spectrum[0]! + Math.max(0, ...values));
    expect(Math.abs(alignedSharpness(problem, values) - expected)).toBeLessThanOrEqual(1e-8 * size);
  });

  test('is NaN where a singular value is not a number', () => {
    const problem = createProblem({ dim: 2, spectrum: [2, 1], tau: 1 });
    expect(alignedSharpness(problem, [Number.NaN, 1])).toBeNaN();
  });
});

describe('sharpnessAt', () => {
  test('starts below the largest singular value twice and ends at 4 sigma_1', () => {
    const problem = createProblem({ dim: 3, spectrum: [3, 2, 1], tau: 20 });
    expect(sharpnessAt(problem, 0)).toBeCloseTo(2 * 3, 12);
    expect(sharpnessAt(problem, Infinity)).toBeCloseTo(sharpnessAtMinimum(problem.spectrum), 12);
  });

  test('counts what the hidden width cannot learn', () => {
    const problem = createProblem({ rows: 2, hidden: 1, cols: 2, spectrum: [3, 2], tau: 20 });
    // 2(3s - σ) = 12 at s = σ = 3, 2(s + σ_2) = 10.
    expect(sharpnessAt(problem, Infinity)).toBeCloseTo(12, 12);
    expect(alignedSharpness(problem, [1])).toBeCloseTo(6, 12);
  });
});

describe('sharpness and stability (T2 iii)', () => {
  test.prop(
    [fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.nat()],
    { numRuns: 25 },
  )('the largest eigenvalue of the Hessian at the balanced minimum is 4σ_1', (rows, hidden, cols, seed) => {
    const random = seededRandom(seed);
    const spectrum = Array.from({ length: Math.min(rows, cols) }, () => 0.2 + random()).sort((a, b) => b - a);
    const problem = createProblem({ rows, hidden, cols, spectrum, tau: 1 });
    const { task, first, second } = alignedWeights(problem, random, singularValues(problem, Infinity));
    const hessian = numericHessian(first, second, task);
    const { realEigenvalues } = new EigenvalueDecomposition(hessian, { assumeSymmetric: true });
    const largest = Math.max(...realEigenvalues);
    expect(Math.abs(largest - sharpnessAtMinimum(problem.spectrum))).toBeLessThan(1e-11);
    expect(stabilityLimit(problem.spectrum) * largest).toBeCloseTo(2, 10);
  });
});
