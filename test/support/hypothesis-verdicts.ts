import type { Claim } from '../../src/theory/claims/engine/claim.js';
import { falsifyClaim, type HypothesisResult } from '../../src/theory/claims/engine/falsify.js';

/** What attacks of this length found, by claim: tests of one claim ask several things about the same attack. */
const attacks = new WeakMap<object, Map<number, unknown>>();

function attack<Case>(claim: Claim<Case>, runs: number): readonly HypothesisResult<Case>[] {
  const known = attacks.get(claim) ?? new Map<number, unknown>();
  attacks.set(claim, known);
  if (!known.has(runs)) known.set(runs, falsifyClaim(claim, { runs }));
  return known.get(runs) as readonly HypothesisResult<Case>[];
}

/** What an attack on every hypothesis of a claim finds, by the name of the hypothesis. */
export function hypothesisVerdicts<Case>(claim: Claim<Case>, runs = 300): Record<string, string> {
  return Object.fromEntries(attack(claim, runs).map(({ name, verdict }) => [name, verdict]));
}

/** The counterexample that an attack on one hypothesis finds. */
export function counterexampleWithout<Case>(claim: Claim<Case>, hypothesis: string, runs = 300): Case {
  const found = attack(claim, runs).find(({ name }) => name === hypothesis)?.counterexample;
  if (!found) throw new Error(`no counterexample to ${claim.id} without '${hypothesis}'`);
  return found.instance;
}
