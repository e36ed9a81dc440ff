import type { Reference } from './reference.js';

const ON_GPU_JS: ReadonlySet<string> = new Set(['webasm', 'cpu', 'webgpu']);

/**
 * The software that a run rests on.
 *
 * @param versions by name, as a run keeps them
 * @param backend that ran; undefined for a list that is of no run
 */
export function softwareReferences(
  versions: Readonly<Record<string, string>>,
  backend: string | undefined,
): readonly Reference[] {
  const version = (name: string) => (Object.hasOwn(versions, name) ? plain(versions[name]!) : 'unknown');
  const ours: Reference = {
    key: 'overtrain',
    type: 'software',
    fields: {
      title: '{overtrain: a laboratory for the theory of catastrophic overtraining}',
      author: '{The overtrain authors}',
      year: '2026',
      version: version('overtrain'),
    },
  };
  const matrices: Reference = {
    key: 'mlmatrix',
    type: 'software',
    fields: {
      title: '{ml-matrix: matrix manipulation and computation library}',
      author: '{The mljs authors}',
      version: version('ml-matrix'),
      url: 'https://github.com/mljs/matrix',
    },
  };
  const kernels: Reference = {
    key: 'gpujs',
    type: 'software',
    fields: {
      title: '{GPU.js: GPU accelerated JavaScript}',
      author: '{The gpu.js authors}',
      version: version('gpu.js'),
      url: 'https://github.com/gpujs/gpu.js',
    },
  };
  return [ours, matrices, ...(backend === undefined || ON_GPU_JS.has(backend) ? [kernels] : [])];
}

/** What a file says goes into BibTeX only as far as it is a version. */
function plain(version: string): string {
  return /^[\w.+-]{1,40}$/.test(version) ? version : 'unknown';
}
