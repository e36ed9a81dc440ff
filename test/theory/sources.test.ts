import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import type { Weights } from '../../src/theory/balance.js';
import {
  heldOutBracket,
  innerLoopTerms,
  plusTimes,
  type Source,
  seenResidual,
  sourceCoverage,
  sourceGradient,
  sourceHessian,
  timesWeights,
  weightNorm,
  weightProduct,
} from '../../src/theory/sources.js';
import { gaussianMatrix, seededRandom } from '../support/random-matrices.js';

/** Columns of the identity: sources that show some coordinates. */
const showing = (...coordinates: number[]) => Matrix.eye(4).subMatrixColumn(coordinates);

describe('sources that show coordinates', () => {
  // Coordinate 0 is shown three times, 1 twice, 2 once and 3 never.
  const sources = [showing(0, 1), showing(0, 1), showing(0, 2)];

  test('spread falls with the number of sources that show a residual', () => {
    [3, 2, 1].forEach((count, coordinate) => {
      const residual = Matrix.zeros(1, 4);
      residual.set(0, coordinate, 2);
      const { loss, spread, coverage } = seenResidual(residual, sources);
      expect(loss).toBe(4 * count);
      expect(coverage).toBe(count);
      expect(spread).toBeCloseTo(4 * count * (1 - count / 3), 13);
    });
    const mixed = seenResidual(new Matrix([[1, 0, 1, 5]]), sources);
    expect(mixed).toMatchObject({ loss: 4, coverage: expect.closeTo((9 + 1) / 4, 14) });
  });

  test('counts directions, and what held-out inputs have of them', () => {
    const found = sourceCoverage(sources, showing(1, 3));
    expect(found.least).toBeCloseTo(1, 14);
    expect(found.most).toBeCloseTo(3, 14);
    expect(Math.abs(found.leastDirection.get(2, 0))).toBeCloseTo(1, 14);
    expect(Math.abs(found.mostDirection.get(0, 0))).toBeCloseTo(1, 14);
    expect(found.heldOutShare).toBeCloseTo(1 / 2, 14);
    expect(found.heldOutDirection.to1DArray().map(Math.abs)).toEqual([0, 0.5, 0, 0].map((v) => expect.closeTo(v, 14)));
    expect(found.unseen.to2DArray()).toEqual(
      [
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 1],
      ].map((row) => row.map((v) => expect.closeTo(v, 14))),
    );
    const residual = new Matrix([[0, 1, 0, 3]]);
    const { least, most } = heldOutBracket(residual, 2, found);
    expect(least).toBeCloseTo(4, 13);
    expect(most).toBeCloseTo(16, 13);
    expect(heldOutBracket(residual, 200, found).least).toBe(0);
  });
});

const random = seededRandom(11);
const drawn = (rows: number, cols: number) => gaussianMatrix(rows, cols, random);
const weights: Weights = { first: drawn(3, 4), second: drawn(4, 5) };
const direction: Weights = { first: drawn(3, 4), second: drawn(4, 5) };
const sources: Source[] = [1, 2, 3].map((rank) => ({ task: drawn(3, 5), inputs: drawn(5, rank) }));
const lossOf = ({ first, second }: Weights, { task, inputs }: Source) =>
  Matrix.sub(first.mmul(second), task).mmul(inputs).norm() ** 2;

/** Central difference along the direction, good to the square of the step. */
function slope(value: (at: Weights) => number, step = 1e-4): number {
  return (value(plusTimes(weights, step, direction)) - value(plusTimes(weights, -step, direction))) / (2 * step);
}

describe('an inner loop over sources', () => {
  test('gradients and Hessians are derivatives of the loss', () => {
    for (const source of sources) {
      const gradient = weightProduct(sourceGradient(weights, source), direction);
      expect(gradient / slope((at) => lossOf(at, source))).toBeCloseTo(1, 6);
      const product = sourceHessian(weights, source)(direction);
      const expected = slope((at) => weightProduct(sourceGradient(at, source), weights));
      expect(weightProduct(product, weights) / expected).toBeCloseTo(1, 6);
    }
  });

  test('the ascent is the gradient of the similarity', () => {
    const ascent = weightProduct(innerLoopTerms(weights, sources).ascent, direction);
    expect(ascent / slope((at) => innerLoopTerms(at, sources).similarity)).toBeCloseTo(1, 6);
  });

  test('a loop of short steps goes where both orders say', () => {
    const terms = innerLoopTerms(weights, sources);
    const loop = (order: readonly Source[], step: number) =>
      order.reduce((at, source) => {
        const gradient = sourceGradient(at, source);
        return plusTimes(at, -step / weightNorm(gradient), gradient);
      }, weights);
    const step = 1e-4;
    const mean = timesWeights(1 / 2, plusTimes(loop(sources, step), 1, loop([...sources].reverse(), step)));
    const moved = plusTimes(mean, -1, weights);
    const second = timesWeights(2 / step ** 2, plusTimes(moved, step, terms.gradients));
    // What is left is of the third order: a share of the step.
    expect(weightNorm(plusTimes(second, -1, terms.secondOrder)) / weightNorm(terms.secondOrder)).toBeLessThan(1e-2);
    expect(weightNorm(terms.missing)).toBeGreaterThan(0.1 * weightNorm(terms.secondOrder));
  });

  test('nothing is missing for gradients along eigenvectors', () => {
    // One weight in each layer: both sources have the same gradient up to its sign and length.
    const small: Weights = { first: new Matrix([[2]]), second: new Matrix([[2]]) };
    const one = { task: new Matrix([[1]]), inputs: new Matrix([[1]]) };
    const other = { task: new Matrix([[9]]), inputs: new Matrix([[3]]) };
    const { missing, ascent, secondOrder, similarity } = innerLoopTerms(small, [one, other]);
    expect(similarity).toBeCloseTo(-1, 14);
    for (const term of [missing, ascent, secondOrder]) expect(weightNorm(term)).toBeLessThan(1e-13);
  });
});
