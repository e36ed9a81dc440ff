import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { jointLosses, oldLossFloor, oldLossFloorOnGrid } from '../../../src/theory/capacity.js';
import { drawnMatrix } from '../../../src/theory/claims/engine/draws.js';
import { forgettingFloor } from '../../../src/theory/claims/t7-capacity.js';
import { testClaim } from '../../../src/vitest.js';
import { samples } from '../../support/sample-size.js';

describe('T7-forgetting', () => {
  testClaim(forgettingFloor, { runs: samples(20), seed: 3 });

  test('one hidden unit between two orthogonal features keeps the larger part of one', () => {
    const [old, added] = [Matrix.columnVector([2, 0]), Matrix.columnVector([0, 1])];
    const joint = jointLosses(old, added, [1])[0]!;
    // The hidden direction at an angle keeps cos² of one and sin² of the other: losses on the line from (4, 0) to (0, 1).
    expect(oldLossFloor(joint, 0)).toBeLessThan(4 + 1e-12);
    // The best m, 0.8, is none of the grid's; the neighbours are below by what the corner of J costs there.
    expect(oldLossFloor(joint, 0.25)).toBeGreaterThan(2.8);
    expect(oldLossFloor(joint, 0.25)).toBeLessThan(3);
    expect(oldLossFloor(jointLosses(old, added, [1], [0.8])[0]!, 0.25)).toBeCloseTo(3, 12);
    expect(oldLossFloor(joint, 1)).toBeCloseTo(0, 12);
    expect(oldLossFloor(jointLosses(old, added, [2])[0]!, 0)).toBeCloseTo(0, 12);
  });

  const size = fc.integer({ min: 1, max: 8 });
  const lossesNew = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 200, noNaN: true })), {
    minLength: 1,
    maxLength: 4,
  });

  test.prop([size, size, size, size, fc.nat({ max: 9999 }), fc.constantFrom(0, 1e-6, 1, 1e3), lossesNew], {
    numRuns: samples(40),
  })(
    'the floor found by bisection is that of the whole grid',
    (rows, hidden, oldCols, newCols, seed, scale, losses) => {
      const old = drawnMatrix(rows, oldCols, seed);
      // Scale 0 makes the floor flat where nothing is lost, others put its top at either end of the grid.
      const added = drawnMatrix(rows, newCols, seed + 1).mul(scale);
      const joint = jointLosses(old, added, [hidden])[0]!;
      const floor = oldLossFloorOnGrid(old, added, hidden);
      for (const lossNew of losses) expect(floor(lossNew)).toBe(oldLossFloor(joint, lossNew));
    },
  );
});
