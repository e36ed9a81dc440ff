import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the build has gpu.js. */
export const GPU_JS = fileURLToPath(new URL('../dist/sim/backends/gpu-js/gpu.cjs', import.meta.url));

/**
 * An esbuild plugin that makes a bundle load gpu.js from that file, which all bundles and threads share.
 *
 * @param {URL} folder of the bundle, ending in a slash
 * @returns {import('esbuild').Plugin}
 */
export function gpuJsApart(folder) {
  const place = relative(fileURLToPath(folder), GPU_JS).replaceAll('\\', '/');
  const path = place.startsWith('.') ? place : `./${place}`;
  return {
    name: 'gpu.js apart',
    setup(build) {
      build.onResolve({ filter: /^gpu\.js$|\/gpu\.cjs$/ }, () => ({ path, external: true }));
    },
  };
}
