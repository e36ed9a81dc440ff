import { describe } from 'vitest';
import { claims } from '../../../src/theory/claims/all-claims.js';
import { testClaim } from '../../../src/vitest.js';
import { samples } from '../../support/sample-size.js';

// The very objects that `overtrain verify` reads, through the helper that users put in their own suites.
describe('every claim holds', () => {
  const seed = Number(process.env.OVERTRAIN_TEST_SEED ?? 20_250_319);
  for (const claim of claims) testClaim(claim, { runs: samples(20), seed });
});
