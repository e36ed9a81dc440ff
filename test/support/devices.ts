import { type BackendName, backendNames } from '../../src/sim/backends/backend-list.js';
import { create, messageOf } from '../../src/sim/backends/open-backend.js';

/** Backends that need more than a processor and npm. */
const ON_DEVICES: readonly BackendName[] = ['blas', 'webgpu'];

/**
 * Backends whose device is absent from this machine, with the reason; their tests are left out. With
 * OVERTRAIN_DEVICES=required, as in continuous integration, an absent device fails the tests instead.
 */
export const missingDevices: ReadonlyMap<BackendName, string> = await findMissing();

/** Backends that run on this machine. */
export const backendsHere: readonly BackendName[] = backendNames.filter((name) => !missingDevices.has(name));

/** Modes of gpu.js that run on this machine. */
export const gpuJsModesHere = (['cpu', 'webasm', 'webgpu'] as const).filter(
  (name) => !missingDevices.has(name),
);

async function findMissing(): Promise<Map<BackendName, string>> {
  const missing = new Map<BackendName, string>();
  for (const name of ON_DEVICES) {
    try {
      await (await create(name)).dispose();
    } catch (error) {
      if (process.env.OVERTRAIN_DEVICES === 'required') throw error;
      missing.set(name, messageOf(error));
    }
  }
  return missing;
}
