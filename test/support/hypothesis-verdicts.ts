import type { Claim } from '../../src/theory/claims/claim.js';
import { falsifyClaim } from '../../src/theory/claims/falsify.js';

/** What an attack on every hypothesis of a claim finds, by the name of the hypothesis. */
export function hypothesisVerdicts<Case>(claim: Claim<Case>, runs = 300): Record<string, string> {
  return Object.fromEntries(falsifyClaim(claim, { runs }).map(({ name, verdict }) => [name, verdict]));
}

/** The counterexample that an attack on one hypothesis finds. */
export function counterexampleWithout<Case>(claim: Claim<Case>, hypothesis: string, runs = 300): Case {
  const found = falsifyClaim(claim, { runs }).find(({ name }) => name === hypothesis)?.counterexample;
  if (!found) throw new Error(`no counterexample to ${claim.id} without '${hypothesis}'`);
  return found.instance;
}
