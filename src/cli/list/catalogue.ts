import type { z } from 'zod';
import { metaOf } from '../../sim/scenario/parameter.js';
import type { Scenario } from '../../sim/scenario/scenario.js';
import type { Claim } from '../../theory/claims/engine/claim.js';

export type Catalogue = ReturnType<typeof catalogueOf>;

/** The catalogue of these scenarios, and of these claims with those that the scenarios bear on, by id (T2 before T10). */
export function catalogueOf(scenarios: readonly Scenario[], claims: readonly Pick<Claim, 'id' | 'title'>[]) {
  return { schema: 1, scenarios: scenarios.map(listScenario), claims: listClaims(scenarios, claims) };
}

/** Each claim, its title empty where only its id is known, with the scenarios that bear on it. */
function listClaims(scenarios: readonly Scenario[], claims: readonly Pick<Claim, 'id' | 'title'>[]) {
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

function listScenario(scenario: Scenario) {
  return {
    id: scenario.id,
    title: scenario.title,
    summary: scenario.summary,
    source: scenario.source,
    group: scenario.group,
    claims: scenario.claims,
    engines: scenario.engines,
    parameters: Object.entries(scenario.schema.shape as Record<string, z.ZodType>).map(([name, schema]) => {
      const { description, unit, range, default: fallback } = metaOf(schema);
      return { name, description, unit, range, default: fallback ?? null };
    }),
    presets: scenario.presets ?? {},
    tables: scenario.tables,
  };
}
