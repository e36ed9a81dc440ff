import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

let known: Readonly<Record<string, string>> | undefined;

/** Versions of what the numbers of a run rest on. */
export function versions(): Readonly<Record<string, string>> {
  if (known !== undefined) return known;
  const { version, devDependencies } = readManifest(new URL('../../../package.json', import.meta.url));
  known = {
    overtrain: version,
    node: process.versions.node,
    // Part of the build, from the one version that the manifest allows.
    'gpu.js': devDependencies?.['gpu.js'] ?? 'not found',
    'ml-matrix': dependencyVersion('ml-matrix'),
  };
  return known;
}

/** Reads the manifest from disk, since packages need not export theirs. */
function dependencyVersion(name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    const manifest = join(folder, name, 'package.json');
    if (existsSync(manifest)) return readManifest(manifest).version;
  }
  return 'not found';
}

function readManifest(path: string | URL): { version: string; devDependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(path, 'utf8'));
}
