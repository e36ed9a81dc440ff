import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../environment.js';

/**
 * Manifests of the Vulkan drivers that the loader of this Linux system would read, in the places that the loader's
 * documentation lists ("Driver Discovery on Linux"). Asking Dawn instead would print warnings when there is none.
 */
export function vulkanDrivers(env: Environment): string[] {
  const named = env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES;
  if (named) return named.split(':').filter((file) => file !== '');
  const added = env.VK_ADD_DRIVER_FILES?.split(':').filter((file) => file !== '') ?? [];
  const listed = (value: string | undefined, fallback: string) => (value || fallback).split(':');
  const roots = [
    ...listed(env.XDG_CONFIG_HOME, join(homedir(), '.config')),
    ...listed(env.XDG_CONFIG_DIRS, '/etc/xdg'),
    '/etc',
    ...listed(env.XDG_DATA_HOME, join(homedir(), '.local', 'share')),
    ...listed(env.XDG_DATA_DIRS, '/usr/local/share:/usr/share'),
  ];
  return [...added, ...roots.flatMap((root) => manifests(join(root, 'vulkan', 'icd.d')))];
}

function manifests(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
