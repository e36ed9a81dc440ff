import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/theory/claims/engine/claim.js';
import { boundedLayers, constantSensitivity, updateOnSphere } from '../../../src/theory/claims/t6-sphere.js';
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

describe('T6-constant', () => {
  testClaim(constantSensitivity, { runs: samples(30), seed: 4 });

  test('fails for a layer that has grown', () => {
    const instance = { rows: 2, hidden: 3, cols: 4, seed: 5, alignment: 1, first: 1, second: 1, gain: 2 };
    const { left, right } = evaluate(constantSensitivity, instance);
    // 4 · 2² + 2 · 1² against 4 + 2.
    expect([left.value, right.value].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([18, 6]);
  });
});

const step = { rows: 3, cols: 4, sphere: 0, seed: 2, norm: 1, rate: 0.5, tilt: 0, stretch: 1, spread: 0 };

describe('T6-update', () => {
  testClaim(updateOnSphere, { runs: samples(30), seed: 4 });

  test.each([0, 1, 2])('holds on sphere %d whatever the norm, and fails off the tangent', (sphere) => {
    for (const norm of [0.01, 1, 100]) {
      expect(evaluate(updateOnSphere, { ...step, sphere, norm }).margin).toBeGreaterThan(-1e-13);
    }
    expect(evaluate(updateOnSphere, { ...step, sphere, tilt: 0.5 }).margin).toBeLessThan(-0.01);
    expect(evaluate(updateOnSphere, { ...step, sphere, stretch: 1.5 }).margin).toBeLessThan(-0.01);
  });
});
