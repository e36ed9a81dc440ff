import type { Arena } from './arena.js';
import type { SimdThreads } from './simd-threads.js';

/** Threads, the memory that they share, and how work is cut for them. */
export interface SimdSession {
  readonly threads: SimdThreads;
  readonly arena: Arena;
}

/** Room of its own for each thread and for the one that asks; threads that write to one cache line would wait for each other. */
export function scratchOf(
  { arena, threads }: SimdSession,
  bytes: number,
): { scratch: number; scratchBytes: number } {
  const scratchBytes = 128 * Math.ceil(bytes / 128);
  return { scratch: arena.reserve(scratchBytes * (threads.count + 1)), scratchBytes };
}
