import { describe, expect, test } from 'vitest';
import { nexusLoop } from '../../../src/theory/claims/t0-nexus.js';
import { testClaim } from '../../../src/vitest.js';
import { hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

describe('T0-nexus', () => {
  testClaim(nexusLoop, { runs: samples(30), seed: 3 });

  test('needs every hypothesis', () => {
    for (const verdict of Object.values(hypothesisVerdicts(nexusLoop))) expect(verdict).toBe('needed');
  });
});
