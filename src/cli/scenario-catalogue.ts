import type { z } from 'zod';
import { metaOf } from '../sim/parameters/parameter.js';
import type { Scenario } from '../sim/scenario.js';
import { listClaims } from './claim-index.js';
import { paragraph } from './output/paragraph.js';
import { styleFor } from './output/style.js';
import type { Terminal } from './output/terminal.js';

/** Scenarios by group and the claims they bear on, for reading. */
export function catalogueLines(scenarios: readonly Scenario[], terminal: Terminal): string[] {
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
  const claims = listClaims(scenarios).flatMap(({ id, scenarios: ids }) =>
    paragraph(`${id}: ${ids.join(', ')}`, terminal, undefined, 2, 6),
  );
  if (claims.length > 0) {
    const heading = paragraph('Claims, and the scenarios that bear on them', terminal, strong);
    lines.push(...heading, ...claims, '');
  }
  return lines;
}

/** The same as plain data, for `list --json`. */
export function catalogueDocument(scenarios: readonly Scenario[]): object {
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
    claims: listClaims(scenarios),
  };
}
