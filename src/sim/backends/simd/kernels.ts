import { fileURLToPath } from 'node:url';
import type { Backend } from '../backend.js';

export type KernelName =
  | 'descendNetworks'
  | 'descendModes'
  | 'moments'
  | 'tally'
  | 'copied'
  | 'noiseProducts'
  | 'diagonalMoments'
  | 'drawNoise'
  | 'runProgram';

/** The kernels of a compiled module. Addresses are in bytes; the last two numbers of a kernel over items are their range. */
export type Kernels = Readonly<Record<KernelName, (...numbers: number[]) => void>>;

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

/** What the kernels of a thread are made from. */
export interface KernelSettings {
  /** Compiled in the same precision. */
  readonly module: WebAssembly.Module;
  /** On which they work; threads share it. */
  readonly memory: WebAssembly.Memory;
  readonly precision: Backend['precision'];
  /** What multiplies large matrices: our own kernels, or a BLAS library of this machine. */
  readonly products: 'own' | 'blas';
}

/** The kernels of a thread, and what computes, in words for the record. */
export interface KernelsOfThread {
  readonly kernels: Kernels;
  readonly device: string;
}

/** @param libraryProduct makes the matrix products of optimisers that it wants */
export async function instantiateKernels(
  { module, memory }: Pick<KernelSettings, 'module' | 'memory'>,
  libraryProduct: LibraryProduct = () => 0,
): Promise<Kernels> {
  const instance = await WebAssembly.instantiate(module, { env: { memory, libraryProduct } });
  return instance.exports as Kernels;
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
