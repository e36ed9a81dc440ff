import { describe, expect, test } from 'vitest';
import { exposure, retainedExposure } from '../../../src/theory/claims/exposure.js';
import { testClaim } from '../../../src/vitest.js';
import { hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

describe('T0-exposure', () => {
  testClaim(exposure, { runs: samples(30), seed: 3 });

  test('needs every hypothesis', () => {
    for (const verdict of Object.values(hypothesisVerdicts(exposure))) expect(verdict).toBe('needed');
  });
});

describe('T4-exposure', () => {
  testClaim(retainedExposure, { runs: samples(30), seed: 3 });

  test('needs every hypothesis', () => {
    for (const verdict of Object.values(hypothesisVerdicts(retainedExposure))) expect(verdict).toBe('needed');
  });
});
