import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { schedules } from '../../../src/theory/claims/t9-schedules.js';
import { testClaim } from '../../../src/vitest.js';
import { hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

const plan = { steps: 40, warmup: null, decay: null };
const constant = { ...plan, name: 'constant' } as const;

describe('T9', () => {
  testClaim(schedules, { runs: samples(30), seed: 2 });

  test('needs small rates and equal sums', () => {
    expect(hypothesisVerdicts(schedules)).toEqual({ 'covered rates': 'needed', 'equal sums': 'needed' });
  });

  test.each(['constant', 'linear', 'cosine', 'warmup-cosine', 'warmup-stable-decay'] as const)(
    '%s from one step to many, at the largest rate that is covered',
    (name) => {
      const modes = [
        { sigma: 1, start: 1e-9 },
        { sigma: 1, start: 1 },
        { sigma: 0, start: 0.5 },
        { sigma: 0.5, start: 0 },
      ];
      for (const steps of [1, 2, 3, 40, 400]) {
        const one = { ...plan, name, steps };
        const instance = { modes, time: 0.05 * steps, one, other: { ...constant, steps }, stretch: 1 as const };
        expect(schedules.hypotheses.every(({ holds }) => holds(instance))).toBe(true);
        expect(concludes(evaluate(schedules, instance))).toBe(true);
      }
    },
  );
});
