import { fileURLToPath } from 'node:url';

/** Numbers on which the kernels compute, and bytes of each. */
export const BYTES = { f32: 4, f64: 8 } as const;

export type Precision = keyof typeof BYTES;

/** A kernel of the compiled module. Addresses are in bytes; the last two numbers of a kernel over items are their range. */
type KernelFunction = (...numbers: number[]) => void;

const NAMES = [
  'descendNetworks',
  'descendModes',
  'moments',
  'tally',
  'copied',
  'noiseProducts',
  'diagonalMoments',
  'drawNoise',
  'runProgram',
] as const;

export type KernelName = (typeof NAMES)[number];

export type Kernels = Readonly<Record<KernelName, KernelFunction>>;

/**
 * Makes `X Y`, or `Xᵀ Y` of an `inner × rows` matrix X, if it pays: 0 where it leaves that to the kernel. Addresses are in bytes.
 */
export type LibraryProduct = (
  left: number,
  isTransposed: number,
  right: number,
  rows: number,
  cols: number,
  inner: number,
  out: number,
) => number;

/**
 * Instantiates the compiled module on a shared memory.
 *
 * @param libraryProduct makes the matrix products of optimisers that it wants
 * @throws Error when the machine's WebAssembly lacks SIMD or shared memory
 */
export async function instantiateKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  precision: Precision,
  libraryProduct: LibraryProduct = () => 0,
): Promise<Kernels> {
  const instance = await WebAssembly.instantiate(module, { env: { memory, libraryProduct } });
  const suffix = precision === 'f32' ? '32' : '64';
  return Object.fromEntries(
    NAMES.map((name) => [name, instance.exports[`${name}${suffix}`] as KernelFunction]),
  ) as Kernels;
}

/**
 * Where a file of `dist/sim/backends/simd` is, also for the sources themselves: kernels and threads are compiled before they can run.
 *
 * @param name of the file
 */
export function builtFile(name: string): string {
  const here = new URL('.', import.meta.url);
  const folder = here.pathname.includes('/dist/sim/backends/simd/')
    ? here
    : new URL('../../../../dist/sim/backends/simd/', here);
  return fileURLToPath(new URL(name, folder));
}
