import { describe, expect, test } from 'vitest';
import { sharedMinimum } from '../../../src/theory/claims/t0-coverage.js';
import { testClaim } from '../../../src/vitest.js';
import { hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

describe('T0-coverage', () => {
  testClaim(sharedMinimum, { runs: samples(30), seed: 3 });

  test('needs every hypothesis', () => {
    for (const verdict of Object.values(hypothesisVerdicts(sharedMinimum))) expect(verdict).toBe('needed');
  });
});
