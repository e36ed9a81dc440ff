import { fc, test } from '@fast-check/vitest';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { mixture, type SharedTask, sharedOptimum } from '../../src/theory/capacity.js';
import { squaredNorm } from '../../src/theory/sensitivity.js';
import { gaussianMatrix, seededRandom } from '../support/random-matrices.js';
import { samples } from '../support/sample-size.js';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const shares = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 1));

function jointLoss(tasks: readonly SharedTask[], first: Matrix, seconds: readonly Matrix[]): number {
  return tasks.reduce(
    (sum, { task, weight }, index) => sum + weight * squaredNorm(first.mmul(seconds[index]!).sub(task)),
    0,
  );
}

describe('sharedOptimum', () => {
  test.prop([seeds, shares, fc.integer({ min: 1, max: 7 })])(
    'reaches the tail of the weighted spectrum (T7)',
    (seed, share, hidden) => {
      const random = seededRandom(seed);
      const [old, added] = [gaussianMatrix(5, 3, random), gaussianMatrix(5, 4, random)];
      const tasks = mixture(old, added, share);
      const { loss, taskLosses, first, seconds } = sharedOptimum(tasks, hidden);
      expect([first.rows, first.columns, seconds[1]!.rows, seconds[1]!.columns]).toEqual([5, hidden, hidden, 4]);
      expect(jointLoss(tasks, first, seconds)).toBeCloseTo(loss, 11);
      expect((1 - share) * taskLosses[0]! + share * taskLosses[1]!).toBeCloseTo(loss, 11);
      // An independent decomposition of the stacked matrix.
      const stacked = new Matrix(
        old
          .to2DArray()
          .map((row, index) => [
            ...row.map((x) => x * Math.sqrt(1 - share)),
            ...added.getRow(index).map((x) => x * Math.sqrt(share)),
          ]),
      );
      const values = new SingularValueDecomposition(stacked, { autoTranspose: true }).diagonal;
      const tail = values.slice(hidden).reduce((sum, value) => sum + value ** 2, 0);
      expect(loss).toBeCloseTo(tail, 11);
    },
  );

  test.prop([seeds, shares, fc.integer({ min: 1, max: 3 })], { numRuns: samples(4) })(
    'is never beaten, neither by random weights with the best second layer nor by descent from them',
    (seed, share, hidden) => {
      const random = seededRandom(seed);
      const tasks = mixture(gaussianMatrix(4, 3, random), gaussianMatrix(4, 2, random), share);
      const { loss } = sharedOptimum(tasks, hidden);
      for (let attempt = 0; attempt < 20; attempt++) {
        let first = gaussianMatrix(4, hidden, random);
        let seconds = tasks.map(({ task }) => gaussianMatrix(hidden, task.columns, random));
        for (let step = 0; step < 300; step++) {
          const slopes = tasks.map(({ task, weight }, index) =>
            first
              .mmul(seconds[index]!)
              .sub(task)
              .mul(-0.02 * weight),
          );
          const pull = slopes.reduce(
            (sum, slope, index) => sum.add(slope.mmul(seconds[index]!.transpose())),
            Matrix.zeros(4, hidden),
          );
          seconds = seconds.map((second, index) => Matrix.add(second, first.transpose().mmul(slopes[index]!)));
          first = Matrix.add(first, pull);
        }
        expect(jointLoss(tasks, first, seconds)).toBeGreaterThan(loss - 1e-10);
      }
    },
  );

  test('gives a scarce width to the task that counts more', () => {
    const tasks = (share: number) => mixture(Matrix.diag([1, 0]), Matrix.diag([0, 1]), share);
    expect(sharedOptimum(tasks(0.2), 1).taskLosses).toEqual([0, 1]);
    expect(sharedOptimum(tasks(0.2), 1).loss).toBeCloseTo(0.2, 15);
    expect(sharedOptimum(tasks(0.8), 1).taskLosses).toEqual([1, 0]);
    expect(sharedOptimum(tasks(0.8), 2).loss).toBe(0);
  });

  test('refuses tasks that do not fit together', () => {
    const task = Matrix.eye(2);
    expect(() => sharedOptimum([], 1)).toThrow(/^tasks: 0/);
    expect(() =>
      sharedOptimum(
        [
          { task, weight: 1 },
          { task: Matrix.eye(3), weight: 1 },
        ],
        1,
      ),
    ).toThrow(/^tasks: 2/);
    expect(() => sharedOptimum([{ task, weight: -1 }], 1)).toThrow(/^weights: -1/);
    expect(() => sharedOptimum([{ task, weight: Number.NaN }], 1)).toThrow(/^weights: NaN/);
    expect(() => sharedOptimum([{ task, weight: 1 }], 0)).toThrow(/^hidden: 0/);
    expect(() => sharedOptimum([{ task, weight: 1 }], 1.5)).toThrow(/^hidden: 1.5/);
    expect(() => mixture(task, task, 1.1)).toThrow(/^mix: 1.1/);
    expect(() => mixture(task, task, Number.NaN)).toThrow(/^mix: NaN/);
  });
});
