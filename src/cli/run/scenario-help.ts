import type { z } from 'zod';
import { metaOf } from '../../sim/scenario/parameter.js';
import type { Scenario } from '../../sim/scenario/scenario.js';
import { paragraph, styleFor, type Terminal } from '../output/terminal.js';

export function scenarioHelp(scenario: Scenario, terminal: Terminal): string[] {
  const { strong, faint } = styleFor(terminal.colour);
  const text = (line: string) => paragraph(line, terminal);
  const parameters = Object.entries(scenario.schema.shape as Record<string, z.ZodType>);
  return [
    ...text(`Usage: overtrain run ${scenario.id} [options]`),
    '',
    ...paragraph(scenario.title, terminal, strong),
    ...text(scenario.summary),
    ...paragraph(`Source: ${scenario.source}`, terminal, faint),
    ...(scenario.claims.length === 0 ? [] : paragraph(`Claims: ${scenario.claims.join(', ')}`, terminal, faint)),
    '',
    ...paragraph('Parameters (--set name=value)', terminal, strong),
    ...parameters.flatMap(([name, schema]) => {
      const meta = metaOf(schema);
      const unit = meta.unit === '1' ? '' : ` [${meta.unit}]`;
      const fallback = meta.default === undefined ? '' : `; default ${meta.default}`;
      return [
        ...paragraph(`${name}${unit}: ${meta.description}`, terminal, undefined, 2, 6),
        ...paragraph(`${meta.range}${fallback}`, terminal, faint, 6),
      ];
    }),
    '',
    ...presetLines(scenario, terminal),
    strong('Tables'),
    ...Object.entries(scenario.tables).flatMap(([name, columns]) =>
      paragraph(`${name}: ${columns.map((column) => column.name).join(', ')}`, terminal, undefined, 2, 6),
    ),
    '',
    ...text(`Engines: auto, ${scenario.engines.join(', ')}`),
    '',
    strong('Examples'),
    ...examples(scenario, parameters).map((line) => `  ${line}`),
    '',
    ...paragraph('Options for every run: overtrain run --help', terminal, faint),
  ];
}

function presetLines({ presets = {} }: Scenario, terminal: Terminal): string[] {
  const names = Object.entries(presets);
  if (names.length === 0) return [];
  const { strong } = styleFor(terminal.colour);
  return [
    ...paragraph('Presets (--set preset=name; other parameters may be set with it)', terminal, strong),
    ...names.flatMap(([name, settings]) => {
      const set = Object.entries(settings).map(([parameter, value]) => `${parameter}=${value}`);
      return paragraph(`${name}: ${set.join(' ')}`, terminal, undefined, 2, 6);
    }),
    '',
  ];
}

function examples(scenario: Scenario, parameters: readonly (readonly [string, z.ZodType])[]): string[] {
  const run = `overtrain run ${scenario.id}`;
  const settings = parameters
    .map(([name, schema]) => ({ name, value: metaOf(schema).default }))
    .filter(({ value }) => value !== undefined)
    .slice(0, 2)
    .map(({ name, value }) => ` --set ${name}=${value}`)
    .join('');
  return [
    run,
    `${run}${settings} --seed 7`,
    `${run} --csv > ${scenario.id}.csv`,
    `${run} --out results/${scenario.id}`,
  ];
}
