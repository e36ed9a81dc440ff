import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { heldOutBracket, seenResidual, sourceCoverage } from '../../src/theory/source-coverage.js';

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
    expect(found.heldOutDirection.to1DArray().map(Math.abs)).toEqual(
      [0, 0.5, 0, 0].map((v) => expect.closeTo(v, 14)),
    );
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
