import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { forgetting } from '../../../src/theory/claims/t4-staged-finetuning.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

const base = { extraRows: 0, extraCols: 0, beyond: 0, share: 1 };

describe('T4-forgetting', () => {
  testClaim(forgetting, { runs: samples(30), seed: 2 });

  test('needs fully learned modes', () => {
    expect(hypothesisVerdicts(forgetting)).toEqual({ 'fully learned': 'needed' });
    expect(counterexampleWithout(forgetting, 'fully learned').share).not.toBe(1);
  });

  test('holds where fine-tuning changes nothing, or does not begin', () => {
    const modes = [
      { sigma: 2, target: 2 },
      { sigma: 1, target: 5 },
    ];
    for (const time of [0, 1, 'limit'] as const) {
      const instance = { ...base, modes, learned: 2, pull: 1, time };
      expect(concludes(evaluate(forgetting, instance))).toBe(true);
    }
  });
});
