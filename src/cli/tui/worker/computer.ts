import { Worker } from 'node:worker_threads';
import type { AttackNews } from '../state/attack.js';
import type { RunNews, RunOrder } from './run-order.js';
import type { RunWorkerMessage } from './run-worker.js';

/** Whoever computes for the screen; what comes of it is told as news. */
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

/** A run that was told to stop and has not after this many milliseconds is stopped by ending its thread. */
const PATIENCE = 1500;

/** Computes on worker threads, one for runs and one for the attack that goes on. */
export class ThreadComputer implements Computer {
  private runner: Worker | undefined;
  private attacker: Worker | undefined;
  private readonly unfinished = new Set<number>();

  constructor(
    private readonly entries: WorkerEntries,
    private readonly tell: (news: RunNews | AttackNews) => void,
  ) {}

  warmUp(): void {
    this.openRunner();
  }

  startRun(order: RunOrder): void {
    this.unfinished.add(order.run);
    this.send({ kind: 'start', order });
  }

  cancelRun(run: number): void {
    if (!this.unfinished.has(run)) return;
    this.send({ kind: 'cancel', run });
    setTimeout(() => {
      if (this.unfinished.has(run)) this.giveUp();
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
      if (news.kind === 'run-ended') this.unfinished.delete(news.run);
      this.tell(news);
    });
    worker.on('error', (error) => {
      if (worker !== this.runner) return;
      this.runner = undefined;
      this.endUnfinished({ status: 'failed', message: messageOf(error) });
    });
    return worker;
  }

  /** Ends the thread of a run that does not listen; the next run gets a new one. */
  private giveUp(): void {
    void this.runner?.terminate();
    this.runner = undefined;
    this.endUnfinished({ status: 'cancelled' });
  }

  private endUnfinished(outcome: Extract<RunNews, { kind: 'run-ended' }>['outcome']): void {
    for (const run of [...this.unfinished]) {
      this.unfinished.delete(run);
      this.tell({ kind: 'run-ended', run, outcome });
    }
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
