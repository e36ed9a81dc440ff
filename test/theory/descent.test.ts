import { fc, test } from '@fast-check/vitest';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { descendFactor, descendFactors } from '../../src/theory/descent.js';
import { singularValue } from '../../src/theory/mode.js';
import { createProblem } from '../../src/theory/problem.js';
import { alignedWeights } from '../support/aligned-weights.js';
import { seededRandom } from '../support/random-matrices.js';

const dimension = fc.integer({ min: 1, max: 5 });

describe('gradient descent of a mode (T0)', () => {
  test.prop([
    dimension,
    dimension,
    dimension,
    fc.nat(),
    fc.array(fc.double({ min: 0, max: 0.3, noNaN: true }), { maxLength: 12 }),
  ])(
    'the scalar recurrences are gradient descent of the full matrices',
    (rows, hidden, cols, seed, rates) => {
      const random = seededRandom(seed);
      const spectrum = Array.from({ length: Math.min(rows, cols) }, () => 0.1 + random()).sort(
        (a, b) => b - a,
      );
      const problem = createProblem({ rows, hidden, cols, spectrum, tau: 1 });
      const weights = alignedWeights(problem, random);
      let { first, second } = weights;
      for (const rate of rates) {
        const residual = Matrix.sub(first.mmul(second), weights.task).mul(2 * rate);
        const nextFirst = Matrix.sub(first, residual.mmul(second.transpose()));
        second = Matrix.sub(second, first.transpose().mmul(residual));
        first = nextFirst;
      }
      const factors = descendFactors(
        problem.modes.map(({ start }) => Math.sqrt(start)),
        problem.modes.map(({ sigma }) => sigma),
        rates,
      );
      const expected = Matrix.diag(factors.map((factor) => factor * factor));
      // Rates below 1/(2σ) keep rounding errors from growing by more than a factor e^{4Σησ} ≤ e^{16} over the steps.
      const actual = Matrix.diag(singularValuesOf(first.mmul(second), problem.modes.length));
      const sorted = Matrix.diag(expected.diag().sort((a, b) => b - a));
      expect(Matrix.sub(actual, sorted).norm()).toBeLessThan(1e-8);
    },
  );

  test.prop([
    fc.double({ min: 0.2, max: 3, noNaN: true }),
    fc.double({ min: 1, max: 4, noNaN: true }),
    fc.double({ min: 0.5, max: 2, noNaN: true }),
  ])('converges to the flow at first order in the learning rate', (sigma, tau, halfTimes) => {
    const start = Math.min(Math.exp(-2 * tau), sigma / 3);
    const time = (halfTimes * Math.log(sigma / start - 1)) / (4 * sigma);
    const exact = singularValue({ sigma, start }, time);
    const error = (steps: number): number => {
      let factor = Math.sqrt(start);
      for (let step = 0; step < steps; step += 1) factor = descendFactor(factor, sigma, time / steps);
      return factor * factor - exact;
    };
    const coarse = error(20_000);
    // Where the leading error term happens to vanish there is no order to be seen.
    fc.pre(Math.abs(coarse) > 1e-8 * sigma);
    // Halving the step halves the error up to a relative O(η σ · growth): 20000 steps leave about 2 %.
    expect(coarse / error(40_000)).toBeGreaterThan(1.9);
    expect(coarse / error(40_000)).toBeLessThan(2.1);
  });

  test('the minimum is a fixed point, and unstable beyond 1/(2σ)', () => {
    expect(descendFactor(Math.sqrt(2), 2, 0.1)).toBeCloseTo(Math.sqrt(2), 15);
    const near = Math.sqrt(2) + 1e-6;
    const settled = descendFactors([near], [2], Array(200).fill(0.24))[0] as number;
    const oscillating = descendFactors([near], [2], Array(200).fill(0.26))[0] as number;
    expect(Math.abs(settled - Math.sqrt(2))).toBeLessThan(1e-6);
    expect(Math.abs(oscillating - Math.sqrt(2))).toBeGreaterThan(1e-3);
  });

  test('does not touch its arguments and needs a singular value per factor', () => {
    const factors = [1, 2];
    descendFactors(factors, [1, 1], [0.1]);
    expect(factors).toEqual([1, 2]);
    expect(() => descendFactors([1], [1, 2], [])).toThrow(RangeError);
  });
});

/** The largest `count` singular values of a matrix, largest first. */
function singularValuesOf(matrix: Matrix, count: number): number[] {
  const { diagonal } = new SingularValueDecomposition(matrix, { autoTranspose: true });
  return [...diagonal].sort((a, b) => b - a).slice(0, count);
}
