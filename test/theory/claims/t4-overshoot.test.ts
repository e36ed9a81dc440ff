import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { overshootInflection } from '../../../src/theory/claims/t4-staged-finetuning.js';
import { testClaim } from '../../../src/vitest.js';
import { samples } from '../../support/sample-size.js';

const base = { spectrum: 'power' as const, exponent: 1, values: [1, 1, 1, 1], task: 'overshoot' as const, kept: 2 };

describe('T4-overshoot', () => {
  testClaim(overshootInflection, { runs: samples(30), seed: 2 });

  test('needs nothing', () => {
    expect(overshootInflection.hypotheses).toEqual([]);
  });

  test('holds at the threshold itself', () => {
    for (const pull of [0, 1, 2.5]) {
      expect(concludes(evaluate(overshootInflection, { ...base, factor: 2 + pull, pull }))).toBe(true);
    }
  });

  test('holds where modes are erased, with a pull and without', () => {
    for (const pull of [0, 0.5]) {
      const instance = { ...base, task: 'erase' as const, factor: 1, pull };
      expect(concludes(evaluate(overshootInflection, instance))).toBe(true);
    }
  });
});
