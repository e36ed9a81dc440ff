// Draws every figure of every scenario with its default parameters into docs/figures: npm run figures [-- SCENARIO…].
// SVG for light and dark pages is kept; PNG goes into a folder that is named with --png.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { figureFiles } from '../dist/cli/figures/figure-files.js';
import { resolveParameters } from '../dist/sim/scenario/resolve.js';
import { runToDocument } from '../dist/sim/scenario/run-document.js';
import { scenarios } from '../dist/sim/scenarios/scenario-list.js';

const { values, positionals } = parseArgs({ options: { png: { type: 'string' } }, allowPositionals: true });
const kept = new URL('../docs/figures/', import.meta.url);
if (positionals.length === 0) rmSync(kept, { recursive: true, force: true });
mkdirSync(kept, { recursive: true });
if (values.png !== undefined) mkdirSync(values.png, { recursive: true });

for (const scenario of scenarios) {
  if (positionals.length > 0 && !positionals.includes(scenario.id)) continue;
  const parameters = resolveParameters(scenario, {});
  const document = await runToDocument(scenario, parameters, { seed: 1, engine: 'auto', backend: 'auto' });
  for (const [path, contents] of await figureFiles(document)) {
    const name = path.replace('figure', scenario.id);
    if (name.endsWith('.svg')) writeFileSync(new URL(name, kept), contents);
    else if (name.endsWith('.png') && values.png !== undefined) writeFileSync(`${values.png}/${name}`, contents);
  }
  console.log(`${scenario.id}: ${scenario.figures.length} figures`);
}
