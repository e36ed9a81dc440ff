import type { Arena } from './arena.js';
import {
  instantiateKernels,
  type KernelName,
  type KernelSettings,
  type Kernels,
  type KernelsOfThread,
} from './kernels.js';
import type { SimdThreads } from './simd-threads.js';

/** Where threads take the next items from: an i32 at the beginning of the memory. */
export const COUNTER_ADDRESS = 0;

/**
 * The kernels of a thread.
 *
 * @throws MissingDevice when there is no library
 * @throws Error when the machine's WebAssembly lacks SIMD or shared memory
 */
export async function kernelsFor(settings: KernelSettings): Promise<KernelsOfThread> {
  // Only here, since every thread loads this file.
  if (settings.products === 'blas') return (await import('./blas-kernels.js')).blasKernels(settings);
  return { kernels: await instantiateKernels(settings), device: 'WebAssembly SIMD' };
}

/** A kernel over a range of items, of which threads take some at a time. */
export interface Job {
  readonly kernel: KernelName;
  /** Arguments before the address of the thread's room and the range. */
  readonly numbers: readonly number[];
  readonly items: number;
  /** Multiplications, roughly, by which jobs are cut for threads. */
  readonly workPerItem: number;
  /** Address of room for the first thread, and bytes that each has. */
  readonly scratch: number;
  readonly scratchBytes: number;
}

/** Work that a thread takes at a time, so that no thread waits long for the last one. */
const GRAIN_WORK = 2e6;

/** How many items a thread takes at a time. */
export function grainOf({ workPerItem }: Job): number {
  return Math.max(1, Math.ceil(GRAIN_WORK / Math.max(1, workPerItem)));
}

/**
 * A thread's next items of a job. Which thread computes an item does not change its result.
 *
 * @param thread number of this thread, from 0
 * @returns false where there were none
 */
export function runNextItems(job: Job, kernels: Kernels, thread: number, counter: Int32Array): boolean {
  const scratch = job.scratch + thread * job.scratchBytes;
  const grain = grainOf(job);
  const from = Atomics.add(counter, 0, grain);
  if (from >= job.items) return false;
  const to = Math.min(from + grain, job.items);
  kernels[job.kernel](...job.numbers, scratch, from, to);
  return true;
}

/** Threads, the memory that they share, and how work is cut for them. */
export interface SimdSession {
  readonly threads: SimdThreads;
  readonly arena: Arena;
}

/**
 * Runs a job.
 *
 * @param job `scratchBytes` of it at least: threads that write to one cache line would wait for each other
 */
export function runOn({ arena, threads }: SimdSession, job: Omit<Job, 'scratch'>): Promise<void> {
  const scratchBytes = 128 * Math.ceil(job.scratchBytes / 128);
  // The one that asks has room too.
  return threads.run({ ...job, scratchBytes, scratch: arena.reserve(scratchBytes * (threads.count + 1)) });
}
