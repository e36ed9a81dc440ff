import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Versions of what the numbers of a run rest on. */
export function versions(): Readonly<Record<string, string>> {
  return {
    overtrain: packageVersion('../../package.json'),
    node: process.versions.node,
    'gpu.js': packageVersion('gpu.js/package.json'),
    'ml-matrix': packageVersion('ml-matrix/package.json'),
  };
}

function packageVersion(manifest: string): string {
  return (require(manifest) as { version: string }).version;
}
