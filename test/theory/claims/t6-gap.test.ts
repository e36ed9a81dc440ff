import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/theory/claims/engine/claim.js';
import { gapAboveFloor } from '../../../src/theory/claims/t6-sensitivity-floor.js';
import { testClaim } from '../../../src/vitest.js';
import { samples } from '../../support/sample-size.js';

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
