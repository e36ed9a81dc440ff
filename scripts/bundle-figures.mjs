// Puts Vega, Vega-Lite and resvg into the one file that draws figures: it loads in a third of the time, and who installs the
// package gets nothing else.
import { writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { licencesOf } from './licences.mjs';

const folder = new URL('../dist/cli/figures/', import.meta.url);
const entry = new URL('draw-figure.js', folder).pathname;

/** Vega measures text with a canvas where there is one; ours are measured by the font that comes along. */
const withoutCanvas = {
  name: 'without canvas',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^canvas$/ }, () => ({ path: 'none', namespace: 'canvas' }));
    onLoad({ filter: /.*/, namespace: 'canvas' }, () => ({ contents: 'export {}' }));
  },
};

const { metafile } = await build({
  entryPoints: [entry],
  outfile: entry,
  allowOverwrite: true,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minify: true,
  external: ['./font.js'],
  plugins: [withoutCanvas],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
writeFileSync(new URL('draw-figure.licences.txt', folder), licencesOf(metafile));
