import type { Scenario } from '../../sim/scenario/scenario.js';
import type { Claim } from '../../theory/claims/engine/claim.js';

/** A claim as `list` shows it. */
export interface ListedClaim {
  readonly id: string;
  /** Empty where only its id is known. */
  readonly title: string;
  /** Ids of the scenarios that bear on it. */
  readonly scenarios: readonly string[];
}

/**
 * The claims given and those that the scenarios bear on, in the order of their ids (T2 before T10).
 *
 * @param claims the claim objects; without them, only what the scenarios name is listed
 */
export function listClaims(
  scenarios: readonly Scenario[],
  claims: readonly Pick<Claim, 'id' | 'title'>[] = [],
): ListedClaim[] {
  const titles = new Map(claims.map(({ id, title }) => [id, title]));
  const ids = new Set([...titles.keys(), ...scenarios.flatMap((scenario) => scenario.claims)]);
  return [...ids]
    .map((id) => ({
      id,
      title: titles.get(id) ?? '',
      scenarios: scenarios.filter((scenario) => scenario.claims.includes(id)).map((scenario) => scenario.id),
    }))
    .sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
}
