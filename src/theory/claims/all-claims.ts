import { InvalidInputError } from '../invalid-input.js';
import type { Claim } from './claim.js';
import { progressiveSensitivity } from './t2-progressive-sensitivity.js';

/** All claims, in the order of proofs.md. */
export const claims: readonly Claim[] = [progressiveSensitivity].map(anyCase);

/** A list of claims need not know the types of their instances: each claim draws and evaluates only its own. */
function anyCase<Case>(claim: Claim<Case>): Claim {
  return claim as unknown as Claim;
}

/**
 * The claim of an id.
 *
 * @throws InvalidInputError when there is none
 */
export function claimById(id: string): Claim {
  const found = claims.find((claim) => claim.id === id);
  if (found === undefined) {
    throw new InvalidInputError('--claim', id, `one of ${claims.map((claim) => claim.id).join(', ')}`);
  }
  return found;
}
