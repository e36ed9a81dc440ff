import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/theory/claims/engine/claim.js';
import { updateOnSphere } from '../../../src/theory/claims/t6-sphere.js';
import { testClaim } from '../../../src/vitest.js';
import { samples } from '../../support/sample-size.js';

const plain = { rows: 3, cols: 4, sphere: 0, seed: 2, norm: 1, rate: 0.5, tilt: 0, stretch: 1, spread: 0 };

describe('T6-update', () => {
  testClaim(updateOnSphere, { runs: samples(30), seed: 4 });

  test.each([0, 1, 2])('holds on sphere %d whatever the norm, and fails off the tangent', (sphere) => {
    for (const norm of [0.01, 1, 100]) {
      expect(evaluate(updateOnSphere, { ...plain, sphere, norm }).margin).toBeGreaterThan(-1e-13);
    }
    expect(evaluate(updateOnSphere, { ...plain, sphere, tilt: 0.5 }).margin).toBeLessThan(-0.01);
    expect(evaluate(updateOnSphere, { ...plain, sphere, stretch: 1.5 }).margin).toBeLessThan(-0.01);
  });
});
