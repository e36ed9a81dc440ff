import { fc, test } from '@fast-check/vitest';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { InvalidInputError } from '../../src/theory/invalid-input.js';
import { gap, singularValue } from '../../src/theory/mode.js';
import { createProblem } from '../../src/theory/problem.js';
import {
  sensitivityAt,
  sensitivityVelocity,
  sensitivityVelocityAt,
  sharpnessAtMinimum,
  stabilityLimit,
} from '../../src/theory/progressive.js';
import { expectedExcess, squaredNorm } from '../../src/theory/sensitivity.js';
import { singularValues } from '../../src/theory/trajectory.js';
import { alignedWeights } from '../support/aligned-weights.js';
import { logUniform, risingProblem } from '../support/problem-arbitraries.js';
import { gaussianMatrix, seededRandom } from '../support/random-matrices.js';

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
      const { task, first, second } = alignedWeights(
        problem,
        seededRandom(seed),
        singularValues(problem, at),
      );
      const scale = 4 * (rows + cols) * squaredNorm(task);
      expect(
        Math.abs(sensitivityVelocityAt(problem, 1, at) - sensitivityVelocity(first, second, task)),
      ).toBeLessThan(1e-13 * scale);
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

describe('sharpness and stability (T2 iii)', () => {
  test.prop(
    [
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(),
    ],
    {
      numRuns: 25,
    },
  )('the largest eigenvalue of the Hessian at the balanced minimum is 4σ_1', (rows, hidden, cols, seed) => {
    const random = seededRandom(seed);
    const spectrum = Array.from({ length: Math.min(rows, cols) }, () => 0.2 + random()).sort((a, b) => b - a);
    const problem = createProblem({ rows, hidden, cols, spectrum, tau: 1 });
    const { task, first, second } = alignedWeights(problem, random, singularValues(problem, Infinity));
    const hessian = numericHessian(first, second, task);
    const sharpness = Math.max(
      ...new EigenvalueDecomposition(hessian, { assumeSymmetric: true }).realEigenvalues,
    );
    expect(Math.abs(sharpness - sharpnessAtMinimum(problem.spectrum))).toBeLessThan(1e-11);
    expect(stabilityLimit(problem.spectrum) * sharpness).toBeCloseTo(2, 10);
  });
});

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
