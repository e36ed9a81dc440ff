import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { COUNTER_ADDRESS, grainOf, type Job, kernelsFor, runNextItems } from './job.js';
import { builtFile, type KernelSettings, type Kernels } from './kernels.js';
import type { WorkerAnswer, WorkerStart } from './simd-worker.js';

/** Pages of 64 KiB; the largest is what 32-bit addresses reach. */
const INITIAL_PAGES = 64;
const MOST_PAGES = 65536;

/** Jobs of so little work, in multiplications, are done at once by the thread that asks: it is not busy for longer than a millisecond. */
const SMALL_WORK = 4e6;
/** So much, done by the thread that asks, takes as long as starting the others; it goes on with what can be shared until they are there. */
const STARTING_WORK = 2e8;
/** An item of more than this, some milliseconds, is left to the others, so that the one that asks is never busy for long. */
const MOST_ITEM_WORK = 1e7;
/** Up to so much, about four milliseconds, it does work that cannot be shared, since another would not be done sooner. */
const ALONE_WORK = 1e8;

/**
 * Threads that run jobs together on one shared memory. They start once there has been enough work to outlast their start; until they are
 * there, the one that asks works in short turns itself, and is free from then on.
 */
export class SimdThreads {
  private starting: Promise<void> | undefined;
  /** The others, once they have started; as many as the system gives. */
  private workers: readonly Worker[] | undefined;
  /** Multiplications asked for so far, roughly. */
  private asked = 0;
  private disposed = false;
  private reject: ((error: Error) => void) | undefined;

  private constructor(
    readonly settings: KernelSettings,
    /** How many threads work on a job at most. */
    readonly count: number,
    private readonly kernels: Kernels,
    /** What computes, in words for the record. */
    readonly device: string,
  ) {}

  /**
   * Compiles the kernels.
   *
   * @param threads how many; by default one for each core
   * @throws Error when this machine cannot run them
   */
  static async open(
    { precision, products }: Pick<KernelSettings, 'precision' | 'products'>,
    threads = availableParallelism(),
  ): Promise<SimdThreads> {
    const module = await WebAssembly.compile(await readFile(builtFile(`kernels-${precision}.wasm`)));
    const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MOST_PAGES, shared: true });
    const settings = { module, memory, precision, products };
    const { kernels, device } = await kernelsFor(settings);
    return new SimdThreads(settings, threads, kernels, device);
  }

  /** Runs a job; jobs must not overlap. @throws Error when a thread fails, or the threads are disposed of */
  async run(job: Job): Promise<void> {
    this.requireOpen();
    const counter = new Int32Array(this.settings.memory.buffer, COUNTER_ADDRESS, 1);
    Atomics.store(counter, 0, 0);
    const work = job.items * job.workPerItem;
    this.asked += work;
    if (this.asked > STARTING_WORK) this.starting ??= this.startWorkers();
    if (work <= SMALL_WORK || (job.items === 1 && work <= ALONE_WORK)) {
      while (runNextItems(job, this.kernels, this.count, counter));
      return;
    }
    if (job.workPerItem <= MOST_ITEM_WORK && (await this.runHere(job, counter, () => this.workers === undefined)))
      return;
    this.starting ??= this.startWorkers();
    await this.starting;
    this.requireOpen();
    const workers = this.workers!;
    if (workers.length === 0) {
      await this.runHere(job, counter, () => true);
      return;
    }
    const wanted = Math.min(workers.length, Math.ceil(job.items / grainOf(job)));
    const aborted = new Promise<never>((_, reject) => {
      this.reject = reject;
    });
    const parts = workers.slice(0, wanted).map(async (worker) => {
      const answered = answerOf(worker);
      worker.postMessage(job);
      await answered;
    });
    await Promise.race([Promise.all(parts), aborted]);
  }

  /** Ends the threads, also in the middle of a job. */
  async dispose(): Promise<void> {
    this.disposed = true;
    this.reject?.(new Error(DISPOSED));
    await this.starting;
    await Promise.all((this.workers ?? []).map((worker) => worker.terminate()));
  }

  private requireOpen(): void {
    if (this.disposed) throw new Error(DISPOSED);
  }

  private async startWorkers(): Promise<void> {
    const started = await Promise.allSettled(
      Array.from({ length: this.count }, (_, thread) => startWorker({ ...this.settings, thread })),
    );
    this.workers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  }

  /**
   * Works on a job in the thread that asks, which lets others have their turn in between: until threads take over, or to the end where
   * the system gives none.
   *
   * @returns whether nothing is left to do
   */
  private async runHere(job: Job, counter: Int32Array, goesOn: () => boolean): Promise<boolean> {
    while (goesOn()) {
      if (!runNextItems(job, this.kernels, this.count, counter)) return true;
      await setImmediate();
      this.requireOpen();
    }
    return false;
  }
}

const DISPOSED = 'the backend was disposed of';

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
