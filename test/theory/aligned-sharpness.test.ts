import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { alignedSharpness, sharpnessAt } from '../../src/theory/aligned-sharpness.js';
import { sharpness } from '../../src/theory/hessian.js';
import { createProblem } from '../../src/theory/problem.js';
import { sharpnessAtMinimum } from '../../src/theory/progressive.js';
import { orthonormalColumns, seededRandom } from '../support/random-matrices.js';

const cases = fc.record({
  rows: fc.integer({ min: 1, max: 4 }),
  hidden: fc.integer({ min: 1, max: 4 }),
  cols: fc.integer({ min: 1, max: 4 }),
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
});

/** Random singular values, some of them at, above and below the task's, with equal ones and zeros among them. */
function randomCase({
  rows,
  hidden,
  cols,
  seed,
}: {
  rows: number;
  hidden: number;
  cols: number;
  seed: number;
}) {
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
