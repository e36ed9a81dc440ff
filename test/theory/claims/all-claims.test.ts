import { describe } from 'vitest';
import { claims } from '../../../src/theory/claims/all-claims.js';
import { testClaim } from '../../../src/vitest.js';

// The very objects that `overtrain verify` reads, through the helper that users put in their own suites.
describe('every claim holds', () => {
  for (const claim of claims) testClaim(claim, { runs: 200, seed: 20_250_319 });
});
