import type { Scenario } from '../sim/scenario.js';

/** A claim as `list` shows it. */
export interface ListedClaim {
  readonly id: string;
  /** Ids of the scenarios that bear on it. */
  readonly scenarios: readonly string[];
}

/** The claims that the scenarios bear on, in the order of their ids (T2 before T10). */
export function listClaims(scenarios: readonly Scenario[]): ListedClaim[] {
  const bearing = new Map<string, string[]>();
  for (const scenario of scenarios) {
    for (const claim of scenario.claims) bearing.set(claim, [...(bearing.get(claim) ?? []), scenario.id]);
  }
  return [...bearing]
    .map(([id, ids]) => ({ id, scenarios: ids }))
    .sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
}
