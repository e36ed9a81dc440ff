import { type CommandLineIo, paragraph, styleFor, type Terminal } from '../output/terminal.js';
import type { Catalogue } from './catalogue.js';

/** What is on offer. Nothing is loaded for it where the program is bundled: the bundle has the whole catalogue written out. */
export async function loadCatalogue(io: CommandLineIo): Promise<Catalogue> {
  if (io.loadScenarios === undefined) return (await import('./whole-catalogue.js')).wholeCatalogue;
  const [{ catalogueOf }, scenarios, { claims }] = await Promise.all([
    import('./catalogue.js'),
    io.loadScenarios(),
    import('../../theory/claims/all-claims.js'),
  ]);
  return catalogueOf(scenarios, claims);
}

export function catalogueLines({ scenarios, claims }: Pick<Catalogue, 'scenarios' | 'claims'>, terminal: Terminal) {
  const { strong, faint } = styleFor(terminal.colour);
  const groups = [...new Set(scenarios.map(({ group }) => group))];
  const lines = groups.flatMap((group) => [
    ...paragraph(`Scenarios from the ${group}`, terminal, strong),
    ...scenarios
      .filter((scenario) => scenario.group === group)
      .flatMap((scenario) => [
        ...paragraph(`${scenario.id}: ${scenario.title}`, terminal, undefined, 2, 6),
        ...paragraph(scenario.summary, terminal, faint, 6),
      ]),
    '',
  ]);
  if (claims.length > 0) {
    lines.push(...paragraph('Claims, and the scenarios that test them', terminal, strong));
    for (const { id, title, scenarios: ids } of claims) {
      const text = [ids.join(', '), title].filter((part) => part !== '').join(' — ');
      lines.push(...paragraph(`${id}: ${text}`, terminal, undefined, 2, 6));
    }
    lines.push('');
  }
  return lines;
}
