import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { enclosure } from '../../../src/theory/claims/t3-enclosure.js';
import { testClaim } from '../../../src/vitest.js';
import { samples } from '../../support/sample-size.js';

const base = { extraRows: 0, extraCols: 0, inside: 0.5 };

describe('T3-enclosure', () => {
  testClaim(enclosure, { runs: samples(30), seed: 2 });

  test('holds for a point in time, and over all that a mode ever does', () => {
    const modes = [{ sigma: 2, start: 1e-6 }];
    expect(concludes(evaluate(enclosure, { ...base, modes, gamma: 0.5, time: 2, ratio: 1 }))).toBe(true);
    expect(concludes(evaluate(enclosure, { ...base, modes, gamma: 0.5, time: 1e-6, ratio: 1e7 }))).toBe(true);
  });

  test('holds where σ is the critical gap, and for null modes', () => {
    const modes = [
      { sigma: 1, start: 0.01 },
      { sigma: 0, start: 3 },
    ];
    // p + q = 4, so that c = 1.
    const instance = { ...base, modes, gamma: Math.SQRT1_2, time: 0.1, ratio: 10 };
    expect(concludes(evaluate(enclosure, instance))).toBe(true);
  });
});
