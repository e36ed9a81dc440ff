import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { builtFile } from './built-file.js';
import { COUNTER_ADDRESS, type Job } from './job.js';
import type { Precision } from './kernel-exports.js';
import type { WorkerAnswer, WorkerStart } from './simd-worker.js';

/** Pages of 64 KiB; the largest is what 32-bit addresses reach. */
const INITIAL_PAGES = 64;
const MOST_PAGES = 65536;

/** Threads that run jobs together on one shared memory; the thread that asks stays free. */
export class SimdThreads {
  private disposed = false;
  private reject: ((error: Error) => void) | undefined;

  private constructor(
    readonly memory: WebAssembly.Memory,
    private readonly workers: readonly Worker[],
  ) {}

  /** How many there are. */
  get count(): number {
    return this.workers.length;
  }

  /**
   * Starts threads: as many as asked for or, where the system refuses some, as many as it gives.
   *
   * @throws Error when not one thread can run the kernels
   */
  static async start(precision: Precision, threads = availableParallelism()): Promise<SimdThreads> {
    const module = await WebAssembly.compile(await readFile(builtFile('kernels.wasm')));
    const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MOST_PAGES, shared: true });
    const started = await Promise.allSettled(
      Array.from({ length: threads }, (_, thread) => startWorker({ module, memory, precision, thread })),
    );
    const workers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (workers.length > 0) return new SimdThreads(memory, workers);
    throw (started[0] as PromiseRejectedResult).reason;
  }

  /**
   * Runs a job on all threads; jobs must not overlap.
   *
   * @throws Error when a thread fails, or the threads are disposed of
   */
  async run(job: Job): Promise<void> {
    if (this.disposed) throw new Error('the backend was disposed of');
    Atomics.store(new Int32Array(this.memory.buffer, COUNTER_ADDRESS, 1), 0, 0);
    const wanted = Math.min(this.workers.length, Math.ceil(job.items / job.grain));
    const aborted = new Promise<never>((_, reject) => {
      this.reject = reject;
    });
    const parts = this.workers.slice(0, wanted).map(async (worker) => {
      const answered = answerOf(worker);
      worker.postMessage(job);
      await answered;
    });
    await Promise.race([Promise.all(parts), aborted]);
  }

  /** Ends the threads, also in the middle of a job. */
  async dispose(): Promise<void> {
    this.disposed = true;
    this.reject?.(new Error('the backend was disposed of'));
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

async function startWorker(start: WorkerStart): Promise<Worker> {
  const worker = new Worker(builtFile('simd-worker.js'), { workerData: start });
  // Threads that wait for work must not keep the process alive.
  worker.unref();
  try {
    await answerOf(worker);
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return worker;
}

/** Resolves with the next answer of a thread; rejects where it tells of an error or ends. */
function answerOf(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error) => {
      worker.off('message', onMessage);
      worker.off('error', finish);
      worker.off('exit', onExit);
      worker.unref();
      if (error === undefined) resolve();
      else reject(error);
    };
    const onMessage = ({ error }: WorkerAnswer) => finish(error === undefined ? undefined : new Error(error));
    const onExit = () => finish(new Error('a thread ended'));
    worker.ref();
    worker.on('message', onMessage);
    worker.on('error', finish);
    worker.on('exit', onExit);
  });
}
