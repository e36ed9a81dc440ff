// Puts gpu.js into one file of the build. As a dependency it would bring two of its own to whoever installs our package: Dawn for five
// systems, in a version whose Linux build does not load on Debian 12, and gl, compiled for minutes. Overrides hold only in a clone.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licencesOf } from './licences.mjs';

const backends = new URL('../dist/sim/backends/gpu-js/', import.meta.url);
const file = fileURLToPath(new URL('gpu.cjs', backends));
const loader = fileURLToPath(new URL('gpu-module.js', backends));
const shared = { bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' };

const { metafile } = await build({
  ...shared,
  entryPoints: [fileURLToPath(import.meta.resolve('gpu.js'))],
  outfile: file,
  // gpu.js starts threads with the text of its own functions, in which `require` must stay as it is.
  format: 'cjs',
  external: ['gl'],
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
});
writeFileSync(new URL('gpu.licences.txt', backends), licencesOf(metafile));

await build({
  ...shared,
  entryPoints: [loader],
  outfile: loader,
  allowOverwrite: true,
  format: 'esm',
  plugins: [
    {
      name: 'gpu.js apart',
      setup: ({ onResolve }) => onResolve({ filter: /^gpu\.js$/ }, () => ({ path: './gpu.cjs', external: true })),
    },
  ],
});
