import { type BackendName, backendNames } from '../../src/sim/backends/backend-list.js';
import { create, messageOf } from '../../src/sim/backends/open-backend.js';

/** Backends that need more than a processor and npm. */
const ON_DEVICES: readonly BackendName[] = ['blas', 'webgpu'];

/**
 * Which backends this run of the tests tries: `plain`, those that run everywhere; `devices`, the others; all, where nothing is said.
 * Groups of tests share them out, so that none is tried twice.
 */
const chosen = process.env.OVERTRAIN_TEST_BACKENDS;

/**
 * Backends whose device is absent from this machine, with the reason. With OVERTRAIN_DEVICES=required, as in continuous
 * integration, an absent device fails the tests instead.
 */
export const absentDevices: ReadonlyMap<BackendName, string> = await findAbsent();

/** Backends whose tests are left out, with the reason. */
export const missingDevices: ReadonlyMap<BackendName, string> =
  chosen === 'plain' ? new Map(ON_DEVICES.map((name) => [name, 'is tried by npm run test:devices'])) : absentDevices;

/** Backends to be tried on this machine. */
export const backendsHere: readonly BackendName[] = tried(backendNames);

/** Modes of gpu.js to be tried on this machine. */
export const gpuJsModesHere = tried(['cpu', 'webasm', 'webgpu'] as const);

/** Where there is no device to be tried alone, everything is: a file without a test would be an error. */
function tried<Name extends BackendName>(names: readonly Name[]): readonly Name[] {
  const here = names.filter((name) => !missingDevices.has(name));
  const onDevices = here.filter((name) => ON_DEVICES.includes(name));
  return chosen === 'devices' && onDevices.length > 0 ? onDevices : here;
}

async function findAbsent(): Promise<Map<BackendName, string>> {
  const absent = new Map<BackendName, string>();
  for (const name of ON_DEVICES) {
    try {
      await (await create(name)).dispose();
    } catch (error) {
      if (process.env.OVERTRAIN_DEVICES === 'required') throw error;
      absent.set(name, messageOf(error));
    }
  }
  return absent;
}
