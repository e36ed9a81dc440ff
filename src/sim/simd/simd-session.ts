import type { Arena } from './arena.js';
import type { SimdThreads } from './simd-threads.js';

/** Threads, the memory that they share, and how work is cut for them. */
export interface SimdSession {
  readonly threads: SimdThreads;
  readonly arena: Arena;
}

/** Work that a thread takes at a time, in multiplications, so that no thread waits long for the last one. */
const GRAIN_WORK = 2e6;

/** How many items a thread takes at a time. */
export function grainOf(workPerItem: number): number {
  return Math.max(1, Math.ceil(GRAIN_WORK / Math.max(1, workPerItem)));
}

/** Room of its own for each thread; threads that write to one cache line would wait for each other. */
export function scratchOf(
  { arena, threads }: SimdSession,
  bytes: number,
): { scratch: number; scratchBytes: number } {
  const scratchBytes = 128 * Math.ceil(bytes / 128);
  return { scratch: arena.reserve(scratchBytes * threads.count), scratchBytes };
}
