import { type BackendName, backendNames } from './backend-name.js';
import { requireKnownStep } from './known-step.js';
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
  blas: 'install another BLAS library, or koffi anew',
  webgpu: 'update the driver of the graphics card',
  headlessgl: 'update the driver of the graphics card',
  webasm:
    'use Node 20.19 or newer with WebAssembly SIMD enabled, and gpu.js at the version of the lockfile: npm ci',
};

async function probe(name: BackendName): Promise<BackendReport> {
  try {
    const backend = await create(name);
    try {
      await requireKnownStep(backend);
    } finally {
      await backend.dispose();
    }
    const { device, precision } = backend;
    return { name, available: true, device, precision, detail: 'runs', remedy: null };
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
