import { parentPort } from 'node:worker_threads';
import { scenarios } from '../../../sim/scenarios/scenario-list.js';
import type { RunOrder } from '../state/run.js';
import { performRun } from './perform-run.js';

export type RunWorkerMessage =
  | { readonly kind: 'start'; readonly order: RunOrder }
  | { readonly kind: 'cancel'; readonly run: number };

/*
 * Entry of the thread that computes runs, one after the other. Kernels, gpu.js and the scenarios' work live here, so that
 * the screen's thread answers keys during any computation.
 */

const port = parentPort;
const ongoing = new Map<number, AbortController>();
let last: Promise<void> = Promise.resolve();

port?.on('message', (message: RunWorkerMessage) => {
  if (message.kind === 'cancel') {
    ongoing.get(message.run)?.abort();
    return;
  }
  const { order } = message;
  const interruption = new AbortController();
  ongoing.set(order.run, interruption);
  // One after the other: two runs at once would only slow each other down.
  last = last.then(async () => {
    await performRun(order, scenarios, interruption.signal, (news) => port.postMessage(news));
    ongoing.delete(order.run);
  });
});
