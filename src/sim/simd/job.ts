import type { KernelName, Kernels } from './kernel-exports.js';
import { type OptimizerProgram, runProgram } from './optimizer-program.js';

/** Where threads take the next items from: an i32 at the beginning of the memory. */
export const COUNTER_ADDRESS = 0;

/** A kernel over a range of items, of which threads take some at a time. */
interface KernelJob {
  readonly kind: 'kernel';
  readonly kernel: KernelName;
  /** Arguments before the range. */
  readonly numbers: readonly number[];
  /** Whether the kernel takes an address of room of its own, as the last of these arguments. */
  readonly takesScratch: boolean;
}

/** Steps of an optimiser, network by network. */
interface ProgramJob {
  readonly kind: 'program';
  readonly program: OptimizerProgram;
}

/** What threads do together. */
export type Job = (KernelJob | ProgramJob) & {
  readonly items: number;
  /** Items that a thread takes at a time. */
  readonly grain: number;
  /** Address of room for the first thread, and bytes that each has. */
  readonly scratch: number;
  readonly scratchBytes: number;
};

/**
 * A thread's part of a job: takes items until there are none. Which thread computes an item does not change its result.
 *
 * @param thread number of this thread, from 0
 */
export function runJob(job: Job, kernels: Kernels, memory: WebAssembly.Memory, thread: number): void {
  const counter = new Int32Array(memory.buffer, COUNTER_ADDRESS, 1);
  const scratch = job.scratch + thread * job.scratchBytes;
  for (;;) {
    const from = Atomics.add(counter, 0, job.grain);
    if (from >= job.items) return;
    const to = Math.min(from + job.grain, job.items);
    if (job.kind === 'program') runProgram(job.program, kernels, memory, scratch, from, to);
    else if (job.takesScratch) kernels[job.kernel](...job.numbers, scratch, from, to);
    else kernels[job.kernel](...job.numbers, from, to);
  }
}
