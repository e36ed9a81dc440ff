import { Worker } from 'node:worker_threads';
import type { AttackNews } from '../state/app-state.js';
import type { RunNews, RunOrder, RunOutcome } from './run-order.js';
import type { RunWorkerMessage } from './run-worker.js';

/** Computes for the screen and reports the results as news. */
export interface Computer {
  startRun(order: RunOrder): void;
  cancelRun(run: number): void;
  startAttack(claim: string): void;
  cancelAttack(): void;
  /** Gets ready for the first run, which is then faster. */
  warmUp(): void;
  /** Ends everything at once. */
  close(): void;
}

/** Where the entries of the threads are. */
export interface WorkerEntries {
  readonly run: URL;
  readonly attack: URL;
}

/** A run that was asked to stop and has not after this many milliseconds is stopped by ending its thread. */
const PATIENCE = 1500;

/** Computes on worker threads, one for runs and one for the current attack. */
export class ThreadComputer implements Computer {
  private runner: Worker | undefined;
  private attacker: Worker | undefined;
  /** Runs that have been ordered and have not ended, in their order. */
  private readonly wanted = new Map<number, RunOrder>();
  /** Runs that have been given up and have not ended either. */
  private readonly cancelled = new Set<number>();

  constructor(
    private readonly entries: WorkerEntries,
    private readonly tell: (news: RunNews | AttackNews) => void,
  ) {}

  warmUp(): void {
    this.openRunner();
  }

  startRun(order: RunOrder): void {
    this.wanted.set(order.run, order);
    this.send({ kind: 'start', order });
  }

  cancelRun(run: number): void {
    if (!this.wanted.delete(run)) return;
    this.cancelled.add(run);
    this.send({ kind: 'cancel', run });
    setTimeout(() => {
      if (this.cancelled.has(run)) this.giveUp();
    }, PATIENCE).unref();
  }

  startAttack(claim: string): void {
    this.cancelAttack();
    const worker = openWorker(this.entries.attack, claim);
    this.attacker = worker;
    worker.on('message', (news: AttackNews) => {
      if (worker === this.attacker) this.tell(news);
    });
    worker.on('error', (error) => {
      if (worker === this.attacker) this.tell({ kind: 'attack-failed', claim, message: messageOf(error) });
    });
  }

  cancelAttack(): void {
    void this.attacker?.terminate();
    this.attacker = undefined;
  }

  close(): void {
    this.cancelAttack();
    void this.runner?.terminate();
    this.runner = undefined;
  }

  private send(message: RunWorkerMessage): void {
    this.openRunner().postMessage(message);
  }

  private openRunner(): Worker {
    if (this.runner !== undefined) return this.runner;
    const worker = openWorker(this.entries.run, undefined);
    this.runner = worker;
    worker.on('message', (news: RunNews) => {
      if (worker !== this.runner) return;
      if (news.kind === 'run-ended') this.forget(news.run);
      this.tell(news);
    });
    worker.on('error', (error) => {
      if (worker !== this.runner) return;
      this.runner = undefined;
      const outcome = { status: 'failed', message: messageOf(error) } as const;
      for (const run of [...this.wanted.keys(), ...this.cancelled]) this.end(run, outcome);
    });
    return worker;
  }

  /** Ends the thread of a run that does not listen. Runs that wait behind it begin again on a new one. */
  private giveUp(): void {
    void this.runner?.terminate();
    this.runner = undefined;
    for (const run of [...this.cancelled]) this.end(run, { status: 'cancelled' });
    for (const order of this.wanted.values()) this.send({ kind: 'start', order });
  }

  private end(run: number, outcome: RunOutcome): void {
    this.forget(run);
    this.tell({ kind: 'run-ended', run, outcome });
  }

  private forget(run: number): void {
    this.wanted.delete(run);
    this.cancelled.delete(run);
  }
}

/** A thread whose output is swallowed: a line of a library in the middle of the screen would tear it. */
function openWorker(entry: URL, workerData: unknown): Worker {
  const worker = new Worker(entry, { workerData, stdout: true, stderr: true });
  worker.stdout.resume();
  worker.stderr.resume();
  worker.unref();
  return worker;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
