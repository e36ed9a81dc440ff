import { MissingDevice } from '../gpu-js/webgpu-device.js';

/** Environment variable with the file of the library, where none of the usual names is right. */
const LIBRARY_VARIABLE = 'OVERTRAIN_BLAS';

const USUAL_NAMES: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['libopenblas.so.0', 'libopenblas.so', 'libblis.so.4', 'libmkl_rt.so.2'],
  darwin: ['/System/Library/Frameworks/Accelerate.framework/Accelerate', 'libopenblas.dylib'],
  win32: ['libopenblas.dll', 'openblas.dll', 'mkl_rt.2.dll'],
};

const REMEDIES: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'install OpenBLAS, on Debian: apt-get install libopenblas0',
  win32: 'put libopenblas.dll on the PATH',
};

/** `C ← α op(A) op(B) + β C` of row-major matrices at addresses of this process, as CBLAS has it. */
export type MatrixProduct = (
  order: number,
  leftTransposed: number,
  rightTransposed: number,
  rows: number,
  cols: number,
  inner: number,
  alpha: number,
  left: number,
  leftRow: number,
  right: number,
  rightRow: number,
  beta: number,
  out: number,
  outRow: number,
) => void;

/** A library of linear algebra on this machine. */
export interface BlasLibrary {
  /** Name or file that it was loaded by. */
  readonly file: string;
  /** What the library says of itself. */
  readonly description: string;
  readonly product: MatrixProduct;
  addressOf(memory: WebAssembly.Memory): number;
}

type Koffi = typeof import('koffi').default;

/**
 * Loads a CBLAS library of this machine through koffi, which the user has installed for that. Its own threads are switched off,
 * since networks are spread over ours.
 *
 * @param precision of the product
 * @throws MissingDevice when koffi or a library is not there
 */
export async function loadBlas(precision: 'f32' | 'f64'): Promise<BlasLibrary> {
  const koffi = await loadKoffi();
  const named = process.env[LIBRARY_VARIABLE];
  const files = named === undefined || named === '' ? (USUAL_NAMES[process.platform] ?? []) : [named];
  for (const file of files) {
    const library = tried(() => koffi.load(file));
    if (library === undefined) continue;
    const product = tried(() => productOf(library, precision));
    if (product === undefined) continue;
    tried(() => library.func('void openblas_set_num_threads(int)')(1));
    tried(() => library.func('void MKL_Set_Num_Threads(int)')(1));
    const description = tried(() => library.func('const char *openblas_get_config()')() as string);
    return {
      file,
      description: description?.trim() ?? file,
      product,
      addressOf: (memory) => Number(koffi.address(new Uint8Array(memory.buffer))),
    };
  }
  const remedy = REMEDIES[process.platform] ?? 'install OpenBLAS';
  throw new MissingDevice(
    `no BLAS library was found under the name ${files.join(' or ')}`,
    `${remedy}, or set ${LIBRARY_VARIABLE} to the path of a library that has the CBLAS functions`,
  );
}

async function loadKoffi(): Promise<Koffi> {
  try {
    return (await import('koffi')).default;
  } catch {
    throw new MissingDevice('koffi, which calls native libraries, is not installed', 'npm install koffi');
  }
}

/** @throws Error where the library has no such function */
function productOf(library: ReturnType<Koffi['load']>, precision: 'f32' | 'f64'): MatrixProduct {
  const [name, scalar] = precision === 'f32' ? ['cblas_sgemm', 'float'] : ['cblas_dgemm', 'double'];
  return library.func(
    `void ${name}(int, int, int, int, int, int, ${scalar}, uintptr_t, int, uintptr_t, int, ${scalar}, uintptr_t, int)`,
  ) as MatrixProduct;
}

/** A function missing from a library is not an error. */
function tried<Result>(attempt: () => Result): Result | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}
