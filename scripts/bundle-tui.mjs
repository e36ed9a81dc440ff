// Puts the terminal UI with Ink and React into one file: loading them as hundreds of small ones takes longer than a person
// waits. The threads that compute stay as they are, for gpu.js reads the source of its kernels.
import { rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { gpuJsApart } from './gpu-js-apart.mjs';
import { leftOut } from './left-out.mjs';
import { licencesOf } from './licences.mjs';

const folder = new URL('../dist/cli/tui/', import.meta.url);
const entry = new URL('open-tui.js', folder).pathname;

/** Ink loads the developer tools of React only where DEV is set, but names them where a bundler must find them. */
const withoutDeveloperTools = leftOut('without developer tools', /\/devtools\.js$/);

/** What draws figures is a bundle of its own, loaded when a run is saved. */
const figuresApart = {
  name: 'figures apart',
  setup(build) {
    build.onResolve({ filter: /\/draw-figure\.js$/ }, () => ({ path: '../figures/draw-figure.js', external: true }));
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
  minifySyntax: true,
  minifyWhitespace: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  banner: {
    js: "import { createRequire as requireOfBundle } from 'node:module'; const require = requireOfBundle(import.meta.url);",
  },
  external: ['webgpu', 'gl', 'koffi', 'fast-check', 'piscina', 'hyparquet-writer'],
  plugins: [withoutDeveloperTools, figuresApart, gpuJsApart(folder)],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});

writeFileSync(new URL('open-tui.licences.txt', folder), licencesOf(metafile));
for (const part of ['components', 'effects', 'screen', 'state', 'text'])
  rmSync(new URL(part, folder), { recursive: true });
