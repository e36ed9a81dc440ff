import { describe, expect, test } from 'vitest';
import { twoStageAlignment } from '../../../src/theory/claims/t4-two-stage.js';
import { testClaim } from '../../../src/vitest.js';
import { hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

describe('T4-two-stage', () => {
  testClaim(twoStageAlignment, { runs: samples(30), seed: 3 });

  test('needs every hypothesis', () => {
    expect(hypothesisVerdicts(twoStageAlignment)).toEqual({ between: 'needed', 'past a third': 'needed' });
  });
});
