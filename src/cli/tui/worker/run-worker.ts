import { parentPort } from 'node:worker_threads';
import { resolveParameters } from '../../../sim/scenario/resolve.js';
import { runToDocument } from '../../../sim/scenario/run-document.js';
import type { RunEvent, Scenario } from '../../../sim/scenario/scenario.js';
import { scenarioAmong } from '../../../sim/scenarios/scenario-files.js';
import { scenarios } from '../../../sim/scenarios/scenario-list.js';
import { isAbort, messageOf } from '../../output/error-line.js';
import { RemainingTime } from '../../output/progress-line.js';
import type { RunNews, RunOrder, RunOutcome, RunProgress } from '../state/run.js';

// Entry of the thread that computes runs, one after the other, so that the screen's thread answers keys during any computation.

/** Between two batches of events, in milliseconds: the screen shows nothing of more than twenty in a second. */
const BATCH_INTERVAL = 50;

/** A preview that takes no longer arrives whole. */
const PREVIEW_INTERVAL = 200;

/** Runs a scenario and reports on it in few batches, each with much. It never throws: an error is reported as the end of the run. */
export async function performRun(
  order: RunOrder,
  scenarios: readonly Scenario[],
  signal: AbortSignal,
  tell: (news: RunNews) => void,
): Promise<void> {
  const { run, seed, engine, backend, isPreview } = order;
  const work = { networkSteps: 0 };
  const startedAt = performance.now();
  const pace = new RemainingTime(startedAt);
  let sentAt = startedAt;
  let events: RunEvent[] = [];
  let progress: RunProgress | undefined;
  const send = () => {
    if (events.length === 0 && progress === undefined) return;
    tell({ kind: 'run-events', run, events, ...(progress === undefined ? {} : { progress }) });
    [events, progress] = [[], undefined];
    sentAt = performance.now();
  };
  const add = (event: RunEvent) => {
    const now = performance.now();
    if (event.kind === 'progress') {
      const { done, total, label } = event;
      pace.update(done, now);
      const networkStepsPerSecond = (1000 * work.networkSteps) / Math.max(1, now - startedAt);
      const speed = { millisecondsLeft: pace.until(total), perSecond: pace.perSecond, networkStepsPerSecond };
      progress = { done, total, label, ...speed };
    } else events.push(event);
    // The engine and backend are reported at once, since the first results may take long.
    const isDue = now - sentAt >= (isPreview ? PREVIEW_INTERVAL : BATCH_INTERVAL);
    if (isDue || (event.kind === 'compute' && !isPreview)) send();
  };
  let outcome: RunOutcome;
  try {
    const scenario = scenarioAmong(order.scenario, scenarios);
    const parameters = resolveParameters(scenario, order.settings);
    const document = await runToDocument(scenario, parameters, { seed, engine, backend, signal, work }, add);
    const { tables, checks, warnings, diverged, verdict, ...record } = document;
    outcome = { status: 'finished', record };
  } catch (error) {
    outcome = isAbort(error) ? { status: 'cancelled' } : { status: 'failed', message: messageOf(error) };
  }
  send();
  tell({ kind: 'run-ended', run, outcome });
}

export type RunWorkerMessage =
  | { readonly kind: 'start'; readonly order: RunOrder }
  | { readonly kind: 'cancel'; readonly run: number };

const port = parentPort;
const ongoing = new Map<number, AbortController>();
let last: Promise<void> = Promise.resolve();

port?.on('message', (message: RunWorkerMessage) => {
  if (message.kind === 'cancel') return ongoing.get(message.run)?.abort();
  const { order } = message;
  const interruption = new AbortController();
  ongoing.set(order.run, interruption);
  // One after the other: two runs at once would only slow each other down.
  last = last.then(async () => {
    await performRun(order, scenarios, interruption.signal, (news) => port.postMessage(news));
    ongoing.delete(order.run);
  });
});
