// Puts the script and the style sheet of the report's page into one file each, and what renders proofs into another.
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licencesOf } from './licences.mjs';

const source = new URL('../src/cli/report/page/', import.meta.url);
const target = new URL('../dist/cli/report/', import.meta.url);
const path = (name, folder) => fileURLToPath(new URL(name, folder));
const common = { bundle: true, minify: true, legalComments: 'none', charset: 'utf8', logLevel: 'warning' };

/** The page of a sweep has Vega-Lite with it, for its reader chooses what is drawn; the others need not carry it. */
const scripts = { 'page.js': 'main.ts', 'sweep-page.js': 'main-with-sweeps.ts' };
const inputs = {};
for (const [name, entry] of Object.entries(scripts)) {
  const { metafile } = await build({
    ...common,
    entryPoints: [path(entry, source)],
    outfile: path(name, target),
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    metafile: true,
  });
  Object.assign(inputs, metafile.inputs);
}
await build({ ...common, entryPoints: [path('page.css', source)], outfile: path('page.css', target) });
const proofs = await build({
  ...common,
  entryPoints: [path('proofs.js', target)],
  outfile: path('proofs.js', target),
  allowOverwrite: true,
  external: ['./markup.js'],
  platform: 'node',
  format: 'esm',
  target: 'node20',
  metafile: true,
});
Object.assign(inputs, proofs.metafile.inputs);
writeFileSync(new URL('report.licences.txt', target), licencesOf({ inputs }));
rmSync(new URL('page/', target), { recursive: true, force: true });
