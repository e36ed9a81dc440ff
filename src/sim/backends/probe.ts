import { type BackendName, backendNames } from './backend-name.js';
import { MissingDevice } from './missing-device.js';
import { create, messageOf } from './open-backend.js';

/** Whether a backend runs on this machine. */
export interface BackendReport {
  readonly name: BackendName;
  readonly available: boolean;
  readonly device: string | null;
  readonly precision: 'f32' | 'f64' | null;
  /** What happened when it was tried. */
  readonly detail: string;
  /** What to do when it is not available. */
  readonly remedy: string | null;
}

/** Tries every backend with a step whose result is known, one after the other. */
export async function probeBackends(): Promise<BackendReport[]> {
  const reports: BackendReport[] = [];
  for (const name of backendNames) reports.push(await probe(name));
  return reports;
}

const REMEDIES: Readonly<Record<BackendName, string>> = {
  reference: 'reinstall the package: npm ci',
  cpu: 'reinstall gpu.js at the version of the lockfile: npm ci',
  simd: 'build the kernels with npm run build, and use Node 20.19 or newer with WebAssembly SIMD and worker threads enabled',
  webgpu: 'reinstall the package: npm ci',
  headlessgl: 'reinstall the package: npm ci',
  webasm:
    'use Node 20.19 or newer with WebAssembly SIMD enabled, and gpu.js at the version of the lockfile: npm ci',
};

async function probe(name: BackendName): Promise<BackendReport> {
  try {
    const backend = await create(name);
    const batch = {
      count: 1,
      modes: 1,
      factors: Float64Array.of(0.5),
      sigmas: Float64Array.of(1),
      rateScale: Float64Array.of(1),
    };
    const [factor] = await backend.descendModes(batch, [0.25]);
    await backend.dispose();
    const right = factor === 0.6875;
    return {
      name,
      available: right,
      device: backend.device,
      precision: backend.precision,
      detail: right ? 'runs' : `runs, but a step from 0.5 gave ${factor} instead of 0.6875`,
      remedy: right ? null : REMEDIES[name],
    };
  } catch (error) {
    return {
      name,
      available: false,
      device: null,
      precision: null,
      detail: messageOf(error),
      remedy: error instanceof MissingDevice ? error.remedy : REMEDIES[name],
    };
  }
}
