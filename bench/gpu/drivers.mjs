// Ways to reach the Vulkan driver of an NVIDIA card, most likely first: a manifest that is installed, or one of our own where
// only the driver's library is there, as in containers.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MANIFEST_FOLDERS = [
  '/etc/vulkan/icd.d',
  '/usr/share/vulkan/icd.d',
  '/usr/local/share/vulkan/icd.d',
  '/usr/local/nvidia/share/vulkan/icd.d',
];

const LIBRARY_FOLDERS = [
  '/usr/lib/x86_64-linux-gnu',
  '/lib/x86_64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/nvidia/lib64',
  '/usr/lib/x86_64-linux-gnu/nvidia/current',
  '/usr/lib/nvidia',
];

/** The second is the same driver for machines without the libraries of X11, which the first needs. */
const LIBRARIES = ['libGLX_nvidia.so.0', 'libEGL_nvidia.so.0'];

/**
 * Environments to try in turn, each with a name.
 *
 * @param env of this process; drivers that it names are the only ones tried
 * @param scratch folder for manifests of our own
 * @param system root of the file system
 */
export function driverChoices(env, scratch, system = '/') {
  const named = env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES;
  if (named) return [choice(`${named}, as the environment says`, named)];
  const inSystem = (folders) => folders.map((folder) => join(system, folder)).filter(existsSync);
  const installed = inSystem(MANIFEST_FOLDERS).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /nvidia.*\.json$/.test(name))
      .map((name) => join(folder, name)),
  );
  const added = (env.LD_LIBRARY_PATH ?? '').split(':').filter((folder) => folder !== '');
  const libraries = LIBRARIES.flatMap((library) =>
    [...added, ...inSystem(LIBRARY_FOLDERS)].map((folder) => join(folder, library)).filter(existsSync),
  );
  return [
    ...installed.map((manifest) => choice(manifest, manifest)),
    ...libraries.map((library, index) => {
      const manifest = join(scratch, `nvidia-${index}.json`);
      const ICD = { library_path: library, api_version: '1.3.0' };
      writeFileSync(manifest, JSON.stringify({ file_format_version: '1.0.0', ICD }));
      return choice(`${library}, by a manifest of our own`, manifest, dirname(library));
    }),
  ];
}

/** The loader reads the first variable from version 1.3.207 on, and the second before. */
function choice(name, manifests, folder) {
  return { name, folder, env: { VK_DRIVER_FILES: manifests, VK_ICD_FILENAMES: manifests } };
}
