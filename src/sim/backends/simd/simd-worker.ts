import { parentPort, workerData } from 'node:worker_threads';
import { COUNTER_ADDRESS, type Job, runNextItems } from './job.js';
import type { Precision } from './kernels.js';
import { kernelsFor, type Products } from './kernels-for.js';

export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly precision: Precision;
  readonly products: Products;
  readonly thread: number;
}

/** What a thread answers: nothing went wrong, or why something did. */
export type WorkerAnswer = { readonly error?: string };

const { module, memory, precision, products, thread } = workerData as WorkerStart;
const { kernels } = await kernelsFor(module, memory, precision, products);
const answer = (message: WorkerAnswer) => parentPort!.postMessage(message);
parentPort!.on('message', (job: Job) => {
  try {
    const counter = new Int32Array(memory.buffer, COUNTER_ADDRESS, 1);
    while (runNextItems(job, kernels, thread, counter));
    answer({});
  } catch (error) {
    answer({ error: String(error) });
  }
});
answer({});
