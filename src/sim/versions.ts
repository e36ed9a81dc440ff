import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

let known: Readonly<Record<string, string>> | undefined;

/** Versions of what the numbers of a run rest on. */
export function versions(): Readonly<Record<string, string>> {
  known ??= {
    overtrain: versionIn(new URL('../../package.json', import.meta.url)),
    node: process.versions.node,
    'gpu.js': dependencyVersion('gpu.js'),
    'ml-matrix': dependencyVersion('ml-matrix'),
  };
  return known;
}

/** Reads the manifest from disk, since packages need not export theirs. */
function dependencyVersion(name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    const manifest = join(folder, name, 'package.json');
    if (existsSync(manifest)) return versionIn(manifest);
  }
  return 'not found';
}

function versionIn(manifest: string | URL): string {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
