import { instantiateKernels, type Kernels, type Precision } from './kernels.js';

/** What multiplies large matrices: our own kernels, or a BLAS library of this machine. */
export type Products = 'own' | 'blas';

/**
 * The kernels of a thread.
 *
 * @returns them, and what multiplies, in words for the record
 * @throws MissingDevice when there is no library
 * @throws Error when the machine's WebAssembly lacks SIMD or shared memory
 */
export async function kernelsFor(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  precision: Precision,
  products: Products,
): Promise<{ kernels: Kernels; device: string }> {
  if (products === 'own') {
    return { kernels: await instantiateKernels(module, memory, precision), device: 'WebAssembly SIMD' };
  }
  // Only here, since every thread loads this file.
  const { loadBlas } = await import('../blas/blas-library.js');
  const { blasKernels } = await import('../blas/blas-kernels.js');
  const library = await loadBlas(precision);
  return {
    kernels: await blasKernels(module, memory, precision, library),
    device: `${library.description} and WebAssembly SIMD`,
  };
}
