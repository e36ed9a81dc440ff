import { test } from 'vitest';
import { type CheckOptions, checkClaim } from './theory/claims/engine/check-claim.js';
import { type Claim, refutationText } from './theory/claims/engine/claim.js';

/**
 * Registers a vitest test that tries a claim, so that a theorem stands guard in a test suite. A failure shows the shrunk
 * counterexample, both sides of the conclusion, and the seed and path that replay it.
 *
 * @param options how hard to try; the seed stands in the title of the test
 */
export function testClaim<Case>(claim: Claim<Case>, options: CheckOptions = {}): void {
  const seed = options.seed ?? 1;
  test(`${claim.id} ${claim.title} (seed ${seed})`, () => {
    const result = checkClaim(claim, { ...options, seed });
    if (result.verdict !== 'holds') throw new Error(refutationText(claim, result));
  });
}
