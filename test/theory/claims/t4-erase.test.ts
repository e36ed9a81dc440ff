import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { erasingFeatures } from '../../../src/theory/claims/t4-erase.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

const base = { extraRows: 0, extraCols: 0, beyond: 0, angle: 0 };

describe('T4-erase', () => {
  testClaim(erasingFeatures, { runs: samples(30), seed: 2 });

  test('needs no overshoot, starts below and shared vectors', () => {
    expect(hypothesisVerdicts(erasingFeatures)).toEqual({
      'no overshoot': 'needed',
      'starts below': 'needed',
      'shared vectors': 'needed',
    });
  });

  test('a U-turn without overshoot takes turned vectors', () => {
    const { modes, angle } = counterexampleWithout(erasingFeatures, 'shared vectors');
    expect(modes.every(({ sigma, target }) => target <= sigma)).toBe(true);
    expect(angle % 180).toBeGreaterThan(0);
  });

  test('holds for a task that is erased whole, from the first checkpoint to the last', () => {
    const modes = [3, 1, 1, 0.01].map((sigma) => ({ sigma, start: 1e-9, target: 0 }));
    for (const time of [0.1, 10, 'limit'] as const) {
      const instance = { ...base, modes, earlier: 0, delay: 1e6, time };
      expect(concludes(evaluate(erasingFeatures, instance))).toBe(true);
    }
  });
});
