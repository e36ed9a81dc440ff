import type { WorkMeter } from '../../../sim/backends/watched-backend.js';
import { resolveParameters } from '../../../sim/scenario/resolve.js';
import { runToDocument } from '../../../sim/scenario/run-document.js';
import type { RunEvent, Scenario } from '../../../sim/scenario/scenario.js';
import { scenarioAmong } from '../../../sim/scenarios/scenario-files.js';
import { isAbort } from '../../output/error-line.js';
import { RemainingTime } from '../../output/progress-line.js';
import type { RunNews, RunOrder, RunOutcome, RunProgress, RunRecord } from './run-order.js';

/** Between two batches of events, in milliseconds: the screen shows nothing of more than twenty in a second. */
const BATCH_INTERVAL = 50;

/** A preview that takes no longer arrives whole. */
const PREVIEW_INTERVAL = 200;

/**
 * Runs a scenario and reports on it in batches. It never throws: any error is reported as the end of the run.
 *
 * @param scenarios the scenarios on offer
 */
export async function performRun(
  order: RunOrder,
  scenarios: readonly Scenario[],
  signal: AbortSignal,
  tell: (news: RunNews) => void,
): Promise<void> {
  const work = { networkSteps: 0 };
  const batch = new Batch(order, work, tell);
  const { seed, engine, backend } = order;
  let outcome: RunOutcome;
  try {
    const scenario = scenarioAmong(order.scenario, scenarios);
    const parameters = resolveParameters(scenario, order.settings);
    const document = await runToDocument(scenario, parameters, { seed, engine, backend, signal, work }, (event) =>
      batch.add(event),
    );
    const { tables, checks, warnings, diverged, verdict, ...record } = document;
    outcome = { status: 'finished', record: record satisfies RunRecord };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    outcome = isAbort(error) ? { status: 'cancelled' } : { status: 'failed', message };
  }
  batch.send();
  tell({ kind: 'run-ended', run: order.run, outcome });
}

/** Gathers events so that the screen gets few messages, each with much. */
class Batch {
  private events: RunEvent[] = [];
  private progress: RunProgress | undefined;
  private readonly startedAt = performance.now();
  private sentAt = this.startedAt;
  private readonly pace = new RemainingTime(performance.now());
  private readonly interval: number;

  constructor(
    private readonly order: RunOrder,
    private readonly work: WorkMeter,
    private readonly tell: (news: RunNews) => void,
  ) {
    this.interval = order.isPreview ? PREVIEW_INTERVAL : BATCH_INTERVAL;
  }

  add(event: RunEvent): void {
    const now = performance.now();
    if (event.kind === 'progress') {
      this.pace.update(event.done, now);
      const { done, total, label } = event;
      const millisecondsLeft = this.pace.until(total);
      const { perSecond } = this.pace;
      const networkStepsPerSecond = (1000 * this.work.networkSteps) / Math.max(1, now - this.startedAt);
      this.progress = { done, total, label, millisecondsLeft, perSecond, networkStepsPerSecond };
    } else this.events.push(event);
    // The engine and backend are reported at once, since the first results may take long.
    if (now - this.sentAt >= this.interval || (event.kind === 'compute' && !this.order.isPreview)) this.send();
  }

  send(): void {
    const { events, progress, order } = this;
    if (events.length === 0 && progress === undefined) return;
    this.tell({ kind: 'run-events', run: order.run, events, ...(progress === undefined ? {} : { progress }) });
    this.events = [];
    this.progress = undefined;
    this.sentAt = performance.now();
  }
}
