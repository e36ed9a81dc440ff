import { parentPort, workerData } from 'node:worker_threads';
import { COUNTER_ADDRESS, type Job, kernelsFor, runNextItems } from './job.js';
import type { KernelSettings } from './kernels.js';

export type WorkerStart = KernelSettings & { readonly thread: number };

/** What a thread answers: nothing went wrong, or why something did. */
export type WorkerAnswer = { readonly error?: string };

const start = workerData as WorkerStart;
const { kernels } = await kernelsFor(start);
const answer = (message: WorkerAnswer) => parentPort!.postMessage(message);
parentPort!.on('message', (job: Job) => {
  try {
    const counter = new Int32Array(start.memory.buffer, COUNTER_ADDRESS, 1);
    while (runNextItems(job, kernels, start.thread, counter));
    answer({});
  } catch (error) {
    answer({ error: String(error) });
  }
});
answer({});
