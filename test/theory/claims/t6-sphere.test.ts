import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/theory/claims/engine/claim.js';
import { boundedLayers } from '../../../src/theory/claims/t6-sphere.js';
import { testClaim } from '../../../src/vitest.js';
import { samples } from '../../support/sample-size.js';

const plain = { sigmas: [2, 1], extraRows: 0, hidden: 2, extraCols: 0, basis: 0, imbalance: 1, noise: 0, excess: 1 };

describe('T6-sphere', () => {
  testClaim(boundedLayers, { runs: samples(30), seed: 4 });

  test('is tight for the best layers, and fails for longer ones', () => {
    expect(evaluate(boundedLayers, { ...plain, share: 0.5 }).margin).toBeGreaterThan(-1e-14);
    const { left, right } = evaluate(boundedLayers, { ...plain, share: 0.5, excess: 2 });
    expect(left.value).toBeGreaterThan(right.value);
  });

  test('speaks of wide and narrow layers alike', () => {
    for (const hidden of [1, 2, 5]) {
      for (const share of [0.1, 0.9, 3]) {
        const { margin, tolerance } = evaluate(boundedLayers, { ...plain, hidden, share, basis: 7, extraRows: 2 });
        expect(margin).toBeGreaterThanOrEqual(-tolerance);
      }
    }
  });
});
