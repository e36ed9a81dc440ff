import type {
  Backend,
  ModeBatch,
  NetworkBatch,
  NoiseBatch,
  OptimizedNetworks,
  OptimizerRun,
  PerturbedNetworks,
  Weights,
} from './backend.js';
import { Arena } from './simd/arena.js';
import { descendModesOn, descendNetworksOn } from './simd/descent-jobs.js';
import type { SimdSession } from './simd/job.js';
import type { Precision } from './simd/kernels.js';
import type { Products } from './simd/kernels-for.js';
import { MomentJobs } from './simd/moment-job.js';
import { optimizeNetworksOn } from './simd/optimizer-job.js';
import { SimdThreads } from './simd/simd-threads.js';

/**
 * Our own WebAssembly SIMD kernels on worker threads and shared memory, in float32 or float64. Networks stay in the cache for
 * all steps of a call. Results do not depend on the number of threads.
 */
export class SimdBackend implements Backend {
  readonly name: string;
  readonly device: string;
  private readonly session: SimdSession;
  private readonly moments: MomentJobs;
  private tail: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly precision: Precision,
    threads: SimdThreads,
    products: Products,
  ) {
    this.name = products === 'blas' ? 'blas' : precision === 'f64' ? 'simd64' : 'simd';
    this.device = `${threads.device}, up to ${threads.count} thread${threads.count === 1 ? '' : 's'}`;
    this.session = { threads, arena: new Arena(threads.memory, precision) };
    this.moments = new MomentJobs(this.session);
  }

  /**
   * Compiles the kernels; threads are started when there is work for them.
   *
   * @param threads how many; by default one for each core
   * @param products what multiplies large matrices
   * @throws MissingDevice when there is no library for the products
   * @throws Error when threads cannot run the kernels
   */
  static async open(precision: Precision = 'f32', threads?: number, products: Products = 'own'): Promise<SimdBackend> {
    return new SimdBackend(precision, await SimdThreads.open(precision, threads, products), products);
  }

  descendNetworks(batch: NetworkBatch, rates: readonly number[]): Promise<Weights> {
    return this.alone(() => descendNetworksOn(this.session, batch, rates));
  }

  optimizeNetworks(networks: OptimizedNetworks, run: OptimizerRun): Promise<OptimizedNetworks> {
    return this.alone(() => optimizeNetworksOn(this.session, networks, run));
  }

  descendModes(batch: ModeBatch, rates: readonly number[]): Promise<Float64Array> {
    return this.alone(() => descendModesOn(this.session, batch, rates));
  }

  perturbationMoments(networks: PerturbedNetworks, noise: NoiseBatch): Promise<Float64Array> {
    return this.alone(() => this.moments.run(networks, noise));
  }

  async dispose(): Promise<void> {
    await this.session.threads.dispose();
  }

  /** Calls share the memory, so that each waits for the one before. */
  private async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.tail.then(work);
    this.tail = result.catch(() => {});
    return result;
  }
}
