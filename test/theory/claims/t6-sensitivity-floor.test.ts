import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import {
  balancedAttainsFloor,
  gapAboveFloor,
  leastSensitivity,
} from '../../../src/theory/claims/t6-sensitivity-floor.js';
import { sensitivityFloor } from '../../../src/theory/sensitivity-floor.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
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

describe('T6-equality', () => {
  testClaim(balancedAttainsFloor, { runs: samples(30), seed: 2 });

  test('needs balance, and shows an unbalanced factorisation', () => {
    expect(hypothesisVerdicts(balancedAttainsFloor)).toEqual({ balanced: 'needed' });
    const { modes } = counterexampleWithout(balancedAttainsFloor, 'balanced');
    expect(modes.length).toBeLessThanOrEqual(3);
  });

  test('idle weights break the equality like any imbalance', () => {
    const factored = {
      modes: [{ value: 1, stretch: 1 }],
      extraRows: 0,
      extraHidden: 1,
      extraCols: 0,
      basis: 0,
      rotation: 0,
    };
    expect(concludes(evaluate(balancedAttainsFloor, { ...factored, idle: 0 }))).toBe(true);
    expect(concludes(evaluate(balancedAttainsFloor, { ...factored, idle: 0.01 }))).toBe(false);
  });
});

const scalar = { extraRows: 0, extraHidden: 0, extraCols: 0, basis: 0, rotation: 0, idle: 0 };

describe('T6-gap', () => {
  testClaim(gapAboveFloor, { runs: samples(30), seed: 2 });

  test.each([0.1, 0.9, 1, 1.5, 8])('is sharp for one number per layer, stretched by %d', (stretch) => {
    const { left, right } = evaluate(gapAboveFloor, { ...scalar, modes: [{ value: 2, stretch }] });
    // W1 = √2 t and W2 = √2/t cost 2t² + 2/t², which is 2(t - 1/t)² above the floor of 4.
    const gap = 2 * (stretch - 1 / stretch) ** 2;
    expect(Math.abs(left.value - gap)).toBeLessThan(1e-12 * (4 + gap));
    expect(Math.abs(right.value - gap)).toBeLessThan(1e-12 * (4 + gap));
  });

  test('counts hidden units that the other layer ignores', () => {
    const idle = { ...scalar, extraHidden: 1, idle: 2, modes: [{ value: 1, stretch: 1 }] };
    const { left, right } = evaluate(gapAboveFloor, idle);
    expect(right.value).toBeGreaterThan(0.01);
    expect(left.value).toBeGreaterThan(right.value);
  });
});
