import type { Backend, DeviceChoice } from './backend.js';

/** What is known of a backend before it is opened. */
export interface BackendRecord {
  readonly name: string;
  readonly precision: Backend['precision'];
  readonly runsOn: 'processor' | 'card';
  /** Whether every machine gives the same numbers, to the last bit. Only then `auto` may take it whatever the work is. */
  readonly isPortable: boolean;
  readonly isGpuJs: boolean;
  /** What to do where it does not run, unless the error says it. */
  readonly remedy: string;
  /** Opens it. @throws Error when it cannot run here */
  open(options: OpenOptions): Promise<Backend>;
}

/** How a backend is opened; each takes from it what concerns it. */
export interface OpenOptions {
  /** Devices that are acceptable; by default any. */
  readonly devices?: DeviceChoice | undefined;
  /** Worker threads to start; 0 for one of several threads that each have a backend. By default one for each core. */
  readonly threads?: number | undefined;
}

/** Our own code on the processor. */
const OURS = {
  runsOn: 'processor',
  isPortable: true,
  isGpuJs: false,
  remedy:
    'build the kernels with npm run build, and use Node 20.19 or newer with WebAssembly SIMD and worker threads enabled',
} as const;
/** gpu.js on the processor. */
const GPU_JS = { precision: 'f32', runsOn: 'processor', isPortable: true, isGpuJs: true } as const;

/**
 * All backends, in the order in which `auto` tries them: the fastest first. A new one is a file that exports its record, and
 * its name in this list. Those here are loaded when they are opened, since a run needs one of them.
 */
export const backendRecords = [
  {
    name: 'simd',
    precision: 'f32',
    ...OURS,
    open: async ({ threads }) => (await import('./simd-backend.js')).SimdBackend.open('f32', threads),
  },
  {
    name: 'simd64',
    precision: 'f64',
    ...OURS,
    open: async ({ threads }) => (await import('./simd-backend.js')).SimdBackend.open('f64', threads),
  },
  {
    name: 'webasm',
    ...GPU_JS,
    remedy: 'use Node 20.19 or newer with WebAssembly SIMD enabled, and gpu.js at the version of the lockfile: npm ci',
    open: async () => (await import('./gpu-js/gpu-js-backend.js')).GpuJsBackend.open('webasm'),
  },
  {
    name: 'cpu',
    ...GPU_JS,
    remedy: 'reinstall gpu.js at the version of the lockfile: npm ci',
    open: async () => (await import('./gpu-js/gpu-js-backend.js')).GpuJsBackend.open('cpu'),
  },
  {
    name: 'reference',
    precision: 'f64',
    ...OURS,
    remedy: 'reinstall the package: npm ci',
    open: async () => new (await import('./reference-backend.js')).ReferenceBackend(),
  },
  {
    name: 'blas',
    precision: 'f32',
    ...OURS,
    isPortable: false,
    remedy: 'reinstall koffi, or install another BLAS library',
    open: async ({ threads }) => (await import('./simd-backend.js')).SimdBackend.open('f32', threads, 'blas'),
  },
  {
    name: 'webgpu',
    ...GPU_JS,
    runsOn: 'card',
    isPortable: false,
    remedy: 'update the driver of the graphics card',
    open: async ({ devices }) => (await import('./gpu-js/gpu-js-backend.js')).GpuJsBackend.open('webgpu', devices),
  },
] as const satisfies readonly BackendRecord[];

/** Where the `modes` and `matrix` engines can run. */
export type BackendName = (typeof backendRecords)[number]['name'];

export type BackendChoice = BackendName | 'auto';

export const backendNames: readonly BackendName[] = backendRecords.map(({ name }) => name);

export const backendChoices: readonly BackendChoice[] = ['auto', ...backendNames];

/** What is known of a backend by its name; undefined for `host`, which stands for closed forms, and for names of other versions. */
export function backendRecord(name: string): BackendRecord | undefined {
  return backendRecords.find((record) => record.name === name);
}
