import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { leastSensitivity } from '../../../src/theory/claims/t6-sensitivity-floor.js';
import { sensitivityFloor } from '../../../src/theory/sensitivity-floor.js';
import { testClaim } from '../../../src/vitest.js';
import { seededRandom } from '../../support/random-matrices.js';
import { samples } from '../../support/sample-size.js';

describe('T6', () => {
  testClaim(leastSensitivity, { runs: samples(30), seed: 2 });

  test('a search over all changes of the hidden basis comes close to the floor and never below', () => {
    const product = new Matrix([
      [3, 1],
      [0, 2],
      [1, 1],
    ]);
    const cost = (change: Matrix) => {
      const determinant = change.get(0, 0) * change.get(1, 1) - change.get(0, 1) * change.get(1, 0);
      const inverse = new Matrix([
        [change.get(1, 1), -change.get(0, 1)],
        [-change.get(1, 0), change.get(0, 0)],
      ]).div(determinant);
      // W = (W·change)(inverse): p = 3, q = 2.
      return 2 * product.mmul(change).norm() ** 2 + 3 * inverse.norm() ** 2;
    };
    const random = seededRandom(1);
    let best = Matrix.eye(2);
    for (let trial = 0; trial < 4000; trial++) {
      const spread = 10 ** (-4 * random());
      const near = Matrix.add(best, new Matrix([0, 1].map(() => [0, 1].map(() => spread * (2 * random() - 1)))));
      if (cost(near) < cost(best)) best = near;
    }
    const floor = sensitivityFloor(product);
    expect(cost(best) / floor).toBeGreaterThan(1 - 1e-13);
    expect(cost(best) / floor).toBeLessThan(1 + 1e-4);
    expect(cost(Matrix.eye(2)) / floor).toBeGreaterThan(1.05);
  });
});
