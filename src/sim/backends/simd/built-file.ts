import { fileURLToPath } from 'node:url';

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
