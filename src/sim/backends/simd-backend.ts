import { answering, type Backend, make } from './backend.js';
import { Arena } from './simd/arena.js';
import { descendModesOn, descendNetworksOn } from './simd/descent-jobs.js';
import type { KernelSettings } from './simd/kernels.js';
import { MomentJobs } from './simd/moment-job.js';
import { optimizeNetworksOn } from './simd/optimizer-job.js';
import { SimdThreads } from './simd/simd-threads.js';

/**
 * Our own WebAssembly SIMD kernels on worker threads and shared memory, in float32 or float64. Networks stay in the cache for
 * all steps of a call. Results do not depend on the number of threads.
 */
export const SimdBackend = {
  /**
   * Compiles the kernels; threads are started when there is work for them.
   *
   * @param count how many threads; by default one for each core
   * @param products what multiplies large matrices
   * @throws MissingDevice when there is no library for the products
   * @throws Error when threads cannot run the kernels
   */
  async open(
    precision: Backend['precision'] = 'f32',
    count?: number,
    products: KernelSettings['products'] = 'own',
  ): Promise<Backend> {
    const threads = await SimdThreads.open({ precision, products }, count);
    const session = { threads, arena: new Arena(threads.settings) };
    const moments = new MomentJobs(session);
    const backend: Backend = {
      name: products === 'blas' ? 'blas' : { f32: 'simd', f64: 'simd64' }[precision],
      precision,
      device: `${threads.device}, up to ${threads.count} thread${threads.count === 1 ? '' : 's'}`,
      descendNetworks: (batch, rates) => descendNetworksOn(session, batch, rates),
      optimizeNetworks: (networks, run) => optimizeNetworksOn(session, networks, run),
      descendModes: (batch, rates) => descendModesOn(session, batch, rates),
      perturbationMoments: (networks, noise) => moments.run(networks, noise),
      dispose: () => threads.dispose(),
    };
    // Calls share the memory, so that each waits for the one before.
    let last: Promise<unknown> = Promise.resolve();
    return answering(backend, (call) => {
      const result = last.then(() => make(backend, call));
      last = result.catch(() => {});
      return result;
    });
  },
};
