// Bundles the conformance suite for a machine that has neither vitest nor TypeScript: what it tests stays outside, in dist.
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = resolve(here, '../../..');
const source = resolve(root, 'src');

/** Writes the suite to a file in `bench/gpu/conformance` of a folder that also has `dist`. */
export async function bundleConformance(folder) {
  await build({
    entryPoints: [resolve(here, 'suite.mjs')],
    outfile: resolve(folder, 'bench/gpu/conformance/suite.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    alias: { vitest: resolve(here, 'vitest-stand-in.mjs') },
    external: ['ml-matrix'],
    plugins: [{ name: 'what is built', setup: (bundler) => bundler.onResolve({ filter: /\/src\// }, inDist) }],
    logLevel: 'warning',
  });
}

/** The built module in the place of its source, so that the suite tests what is packed. */
function inDist({ path, resolveDir }) {
  const file = resolve(resolveDir, path);
  if (!file.startsWith(`${source}/`)) return undefined;
  return { path: `../../../dist/${relative(source, file)}`, external: true };
}
