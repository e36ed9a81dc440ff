import { Worker } from 'node:worker_threads';
import { messageOf } from '../../output/error-line.js';
import type { AttackNews } from '../state/app-state.js';
import type { RunNews, RunOrder, RunOutcome } from '../state/run.js';
import type { RunWorkerMessage } from './run-worker.js';

/** A run that was asked to stop and has not after this many milliseconds is stopped by ending its thread. */
const PATIENCE = 1500;

/** Computes for the screen on worker threads, one for runs and one for the current attack, and reports the results as news. */
export class ThreadComputer {
  private runner: Worker | undefined;
  private attacker: Worker | undefined;
  /** Runs that have been ordered and have not ended, in their order. */
  private readonly wanted = new Map<number, RunOrder>();
  /** Runs that have been given up and have not ended either. */
  private readonly cancelled = new Set<number>();

  /** @param entries where the entries of the threads are */
  constructor(
    private readonly entries: { readonly run: URL; readonly attack: URL },
    private readonly tell: (news: RunNews | AttackNews) => void,
  ) {}

  /** Gets ready for the first run, which is then faster. */
  warmUp(): void {
    this.openRunner();
  }

  startRun(order: RunOrder): void {
    this.wanted.set(order.run, order);
    this.openRunner().postMessage({ kind: 'start', order } satisfies RunWorkerMessage);
  }

  cancelRun(run: number): void {
    if (!this.wanted.delete(run)) return;
    this.cancelled.add(run);
    this.openRunner().postMessage({ kind: 'cancel', run } satisfies RunWorkerMessage);
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
      const attack = { status: 'failed', message: messageOf(error) } as const;
      if (worker === this.attacker) this.tell({ kind: 'attack', claim, attack });
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

  private openRunner(): Worker {
    if (this.runner !== undefined) return this.runner;
    const worker = openWorker(this.entries.run, undefined);
    this.runner = worker;
    worker.on('message', (news: RunNews) => {
      if (worker !== this.runner) return;
      if (news.kind === 'run-ended') this.end(news.run, news.outcome);
      else this.tell(news);
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
    for (const order of this.wanted.values()) this.startRun(order);
  }

  private end(run: number, outcome: RunOutcome): void {
    this.wanted.delete(run);
    this.cancelled.delete(run);
    this.tell({ kind: 'run-ended', run, outcome });
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
