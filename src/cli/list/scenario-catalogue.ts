import type { z } from 'zod';
import { metaOf } from '../../sim/scenario/parameter.js';
import type { Scenario } from '../../sim/scenario/scenario.js';
import { paragraph } from '../output/help-notes.js';
import { styleFor, type Terminal } from '../output/terminal.js';
import type { ListedClaim } from './claim-index.js';

/** Scenarios by group and claims, for reading. */
export function catalogueLines(
  scenarios: readonly Scenario[],
  claims: readonly ListedClaim[],
  terminal: Terminal,
): string[] {
  const { strong, faint } = styleFor(terminal.colour);
  const groups = [...new Set(scenarios.map(({ group }) => group))];
  const lines = groups.flatMap((group) => [
    ...paragraph(`Scenarios of the ${group}`, terminal, strong),
    ...scenarios
      .filter((scenario) => scenario.group === group)
      .flatMap((scenario) => [
        ...paragraph(`${scenario.id}: ${scenario.title}`, terminal, undefined, 2, 6),
        ...paragraph(scenario.summary, terminal, faint, 6),
      ]),
    '',
  ]);
  if (claims.length > 0) {
    lines.push(...paragraph('Claims, and the scenarios that bear on them', terminal, strong));
    for (const { id, title, scenarios: ids } of claims) {
      const text = [ids.join(', '), title].filter((part) => part !== '').join(' — ');
      lines.push(...paragraph(`${id}: ${text}`, terminal, undefined, 2, 6));
    }
    lines.push('');
  }
  return lines;
}

/** The same as plain data, for `list --json`. */
export function catalogueDocument(scenarios: readonly Scenario[], claims: readonly ListedClaim[]): object {
  return {
    schema: 1,
    scenarios: scenarios.map((scenario) => ({
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
    })),
    claims,
  };
}
