import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { ReferenceBackend } from '../../../src/sim/backends/reference-backend.js';
import { estimateExcess, NoiseReplicates } from '../../../src/sim/noise/excess.js';
import { matrixTrainee } from '../../../src/sim/training/engines.js';
import { adaptivePlan } from '../../../src/sim/training/training-plan.js';
import { createProblem } from '../../../src/theory/problem.js';
import { positiveSpectrum } from '../../support/problem-arbitraries.js';
import { samples } from '../../support/sample-size.js';
import { train } from '../../support/training.js';

const U = 2 ** -53;

/** Any shape, unlearnable singular values and null modes included. */
const problems = fc
  .record({
    spectrum: positiveSpectrum(3, 0.1, 4),
    extraRows: fc.nat(2),
    extraCols: fc.nat(2),
    hidden: fc.integer({ min: 1, max: 5 }),
    tau: fc.double({ min: 0, max: 4, noNaN: true }),
  })
  .map(({ spectrum, extraRows, extraCols, hidden, tau }) =>
    createProblem({ rows: spectrum.length + extraRows, cols: spectrum.length + extraCols, hidden, spectrum, tau }),
  );

describe('engines modes and matrix', () => {
  test.prop([problems, fc.nat(1e6)], { numRuns: samples(14) })(
    'record the same aligned training',
    async (problem, seed) => {
      const times = [0, 0.3, 1, 2];
      const plan = adaptivePlan(problem, times, 0.1);
      const scalar = await train(problem, plan, 'modes');
      const full = await train(problem, plan, 'matrix', { seed });
      const largest = Math.max(1, problem.spectrum[0]!);
      // A step of the full matrices rounds W by at most about 4(h + q + 8) u ‖W‖ in its own direction; while a mode grows
      // that grows with it, by at most √σ_1 e^τ in all, and afterwards it contracts. s moves by twice √s times that.
      const size = problem.hidden + problem.cols + 8;
      const roundings = 4 * size * (plan.totalSteps + 10) * U * Math.exp(problem.tau);
      const tolerance = 2 * roundings * largest * Math.sqrt(largest) * problem.modes.length;
      times.forEach((time, at) => {
        const [one, other] = [scalar[at]!, full[at]!];
        expect([one.time, other.time]).toEqual([time, time]);
        one.singularValues.forEach((value, mode) => {
          expect(Math.abs(other.singularValues[mode]! - value)).toBeLessThan(tolerance);
        });
        // ‖R‖² moves by 2‖R‖ times the change of R, and ‖W1‖² = ‖W2‖² = Σ s by the sum of the changes of s.
        const change = 2 * tolerance * Math.sqrt(one.loss) + tolerance ** 2;
        const modes = problem.modes.length;
        expect(Math.abs(other.loss - one.loss)).toBeLessThan(modes * change + tolerance * 1e-3);
        one.squaredNorms.forEach((value, layer) => {
          expect(Math.abs(other.squaredNorms[layer]! - value)).toBeLessThan(modes * tolerance);
        });
      });
    },
  );

  test('a checkpoint of either engine is a network with the recorded loss, norms and singular values', async () => {
    const problem = createProblem({ rows: 4, hidden: 2, cols: 3, spectrum: '2,1,0.5', tau: 2 });
    const plan = adaptivePlan(problem, [1.5], 0.05);
    for (const engine of ['modes', 'matrix'] as const) {
      const [point] = await train(problem, plan, engine);
      const { layers, residual } = point!.network;
      const [w1, w2] = denseOf(layers);
      const product = w1.mmul(w2);
      const residualMatrix = Matrix.from1DArray(4, 3, residual);
      expect(residualMatrix.norm() ** 2).toBeCloseTo(point!.loss, 12);
      expect(w1.norm() ** 2).toBeCloseTo(point!.squaredNorms[0], 12);
      expect(w2.norm() ** 2).toBeCloseTo(point!.squaredNorms[1], 12);
      // The singular values of the product and of the task W1 W2 − R, independently of any basis.
      const sumOf = (matrix: Matrix) => matrix.norm() ** 2;
      expect(sumOf(product)).toBeCloseTo(
        point!.singularValues.reduce((sum, s) => sum + s * s, 0),
        12,
      );
      expect(sumOf(Matrix.sub(product, residualMatrix))).toBeCloseTo(4 + 1 + 0.25, 12);
      expect(point!.loss).toBeGreaterThan(0.25);
    }
  });

  test('the matrix engine measures each layer by itself, also where they are not balanced', () => {
    const problem = createProblem({ rows: 4, hidden: 2, cols: 3, spectrum: '2,1,0.5', tau: 2 });
    const weights = { first: new Float64Array(8).fill(1), second: new Float64Array(6).fill(0.5) };
    const { record } = matrixTrainee(problem, new ReferenceBackend(), 1);
    expect(record(weights, 0).squaredNorms).toEqual([8, 1.5]);
  });

  test('the start of the matrix engine gives no mode away: neither factor nor product is diagonal', async () => {
    const problem = createProblem({ dim: 3, spectrum: '2,1,0.5', tau: 1 });
    const [point] = await train(problem, adaptivePlan(problem, [0], 0.1), 'matrix');
    const [w1, w2] = denseOf(point!.network.layers);
    for (const matrix of [w1, w2, w1.mmul(w2)]) {
      const offDiagonal = matrix.norm() ** 2 - matrix.diagonal().reduce((sum, value) => sum + value * value, 0);
      expect(offDiagonal).toBeGreaterThan(0.01 * matrix.norm() ** 2);
    }
    const other = await train(problem, adaptivePlan(problem, [0], 0.1), 'matrix', { seed: 2 });
    expect(denseOf(other[0]!.network.layers)[0].to1DArray()).not.toEqual(w1.to1DArray());
  });

  test('both engines are equally sensitive to noise, up to Monte Carlo error', async () => {
    const problem = createProblem({ rows: 3, hidden: 4, cols: 2, spectrum: '2,1', tau: 2 });
    const plan = adaptivePlan(problem, [2], 0.05);
    const backend = new ReferenceBackend();
    const noise = new NoiseReplicates(problem, 400, 3);
    const estimate = async (engine: 'modes' | 'matrix') => {
      const [point] = await train(problem, plan, engine);
      return (await estimateExcess(backend, point!.network, noise, [0.2]))[0];
    };
    const [modes, matrix] = [await estimate('modes'), await estimate('matrix')];
    const error = Math.hypot(modes!.standardError, matrix!.standardError);
    expect(Math.abs(modes!.mean - matrix!.mean)).toBeLessThan(4 * error);
    // The same error to within that of two samples of 400; the bases differ, so the draws act differently.
    expect(modes!.standardError / matrix!.standardError).toBeGreaterThan(0.8);
    expect(modes!.standardError / matrix!.standardError).toBeLessThan(1.25);
    expect(modes!.mean).not.toBe(matrix!.mean);
  });
});

/** W1 (4 × 2 or 3 × 3) and W2 of the networks of these tests. */
function denseOf(layers: { first: Float64Array; second: Float64Array } | { factors: Float64Array }): [Matrix, Matrix] {
  if ('factors' in layers) {
    const [first, second] = [Matrix.zeros(4, 2), Matrix.zeros(2, 3)];
    layers.factors.forEach((factor, mode) => {
      first.set(mode, mode, factor);
      second.set(mode, mode, factor);
    });
    return [first, second];
  }
  const [rows, hidden, cols] = layers.first.length === 8 ? [4, 2, 3] : [3, 3, 3];
  return [Matrix.from1DArray(rows, hidden, layers.first), Matrix.from1DArray(hidden, cols, layers.second)];
}
