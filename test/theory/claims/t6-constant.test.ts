import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/theory/claims/engine/claim.js';
import { constantSensitivity } from '../../../src/theory/claims/t6-sphere.js';
import { testClaim } from '../../../src/vitest.js';
import { samples } from '../../support/sample-size.js';

describe('T6-constant', () => {
  testClaim(constantSensitivity, { runs: samples(30), seed: 4 });

  test('fails for a layer that has grown', () => {
    const instance = { rows: 2, hidden: 3, cols: 4, seed: 5, alignment: 1, first: 1, second: 1, gain: 2 };
    const { left, right } = evaluate(constantSensitivity, instance);
    // 4 · 2² + 2 · 1² against 4 + 2.
    expect([left.value, right.value].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([18, 6]);
  });
});
