import { MissingDevice } from '../gpu-js/webgpu-device.js';
import { instantiateKernels, type KernelSettings, type Kernels, type KernelsOfThread } from './kernels.js';

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

/**
 * `C ← α op(A) op(B) + β C` of matrices at addresses of this process, as CBLAS has it: order, whether A and B are transposed, rows,
 * columns, inner size, α, A, its row, B, its row, β, C, its row.
 */
type MatrixProduct = (...numbers: number[]) => void;

/** A library of linear algebra on this machine. */
interface BlasLibrary {
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
export async function loadBlas(precision: KernelSettings['precision']): Promise<BlasLibrary> {
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
function productOf(library: ReturnType<Koffi['load']>, precision: KernelSettings['precision']): MatrixProduct {
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

const ROW_MAJOR = 101;
const AS_IT_IS = 111;
const TRANSPOSED = 112;

/** Multiplications of a product from which a call of the library costs less than it saves. */
const WORTH_A_CALL = 24 ** 3;

/**
 * The kernels with their large matrix products made by a BLAS library; small ones, and everything else, stay our own.
 *
 * @throws MissingDevice where there is no library
 * @throws Error when the machine's WebAssembly lacks SIMD or shared memory
 */
export async function blasKernels(settings: KernelSettings): Promise<KernelsOfThread> {
  const { memory, precision } = settings;
  const { description, product, addressOf } = await loadBlas(precision);
  const base = addressOf(memory);
  const size = precision === 'f32' ? 4 : 8;
  const numbers = () => (precision === 'f32' ? new Float32Array(memory.buffer) : new Float64Array(memory.buffer));

  /** `out ← α X Y + β out`. */
  const multiply = (
    left: number,
    leftTransposed: boolean,
    right: number,
    rightTransposed: boolean,
    [rows, cols, inner]: readonly [number, number, number],
    alpha: number,
    beta: number,
    out: number,
  ) =>
    product(
      ROW_MAJOR,
      leftTransposed ? TRANSPOSED : AS_IT_IS,
      rightTransposed ? TRANSPOSED : AS_IT_IS,
      rows,
      cols,
      inner,
      alpha,
      base + left,
      leftTransposed ? rows : inner,
      base + right,
      rightTransposed ? inner : cols,
      beta,
      base + out,
      cols,
    );

  const own = await instantiateKernels(settings, (left, isTransposed, right, rows, cols, inner, out) => {
    if (rows * cols * inner < WORTH_A_CALL) return 0;
    multiply(left, isTransposed === 1, right, false, [rows, cols, inner], 1, 0, out);
    return 1;
  });
  const kernels: Kernels = {
    ...own,
    /** The residual first, then W2 from the old W1, then W1 from a copy of the old W2. */
    descendNetworks(...parameters) {
      const [first, second, target, scales, rates, steps, rows, hidden, cols, scratch, from, to] = parameters as Twelve;
      if (rows * hidden * cols < WORTH_A_CALL) {
        own.descendNetworks(...parameters);
        return;
      }
      const [bytes1, bytes2, bytes] = [rows * hidden * size, hidden * cols * size, rows * cols * size];
      const [residual, old] = [scratch, scratch + bytes];
      const values = numbers();
      for (let network = from; network < to; network++) {
        const [w1, w2, goal] = [first + network * bytes1, second + network * bytes2, target + network * bytes];
        const scale = values[scales / size + network]!;
        for (let step = 0; step < steps; step++) {
          const rate = values[rates / size + step]!;
          // A step of rate 0 changes nothing, whatever overflows.
          if (rate === 0) continue;
          const pace = -2 * rate * scale;
          own.copied(goal, residual, goal + bytes);
          own.copied(w2, old, w2 + bytes2);
          multiply(w1, false, w2, false, [rows, cols, hidden], 1, -1, residual);
          multiply(w1, true, residual, false, [hidden, cols, rows], pace, 1, w2);
          multiply(residual, false, old, true, [rows, hidden, cols], pace, 1, w1);
        }
      }
    },
    moments(...parameters) {
      const [first, second, residual, noise1, noise2, replicates, rows, hidden, cols, out, room, from, to] =
        parameters as Thirteen;
      if (rows * hidden * cols < WORTH_A_CALL) {
        own.moments(...parameters);
        return;
      }
      const [bytes1, bytes2, bytes] = [rows * hidden * size, hidden * cols * size, rows * cols * size];
      const shape = [rows, cols, hidden] as const;
      for (let pair = from; pair < to; pair++) {
        const network = Math.floor(pair / replicates);
        const replicate = pair - network * replicates;
        const [w1, w2] = [first + network * bytes1, second + network * bytes2];
        const [e1, e2] = [noise1 + replicate * bytes1, noise2 + replicate * bytes2];
        multiply(e1, false, w2, false, shape, 1, 0, room);
        multiply(w1, false, e2, false, shape, 1, 1, room);
        multiply(e1, false, e2, false, shape, 1, 0, room + bytes);
        own.tally(residual + network * bytes, room, room + bytes, bytes, out + pair * MOMENTS_BYTES);
      }
    },
  };
  return { kernels, device: `${description} and WebAssembly SIMD` };
}

/** Five float64. */
const MOMENTS_BYTES = 40;

type Six = [number, number, number, number, number, number];
type Twelve = [...Six, ...Six];
type Thirteen = [...Twelve, number];
