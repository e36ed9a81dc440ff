import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { claimById } from '../../theory/claims/all-claims.js';
import { checkClaim } from '../../theory/claims/engine/check-claim.js';
import type { ClaimResult } from '../../theory/claims/engine/claim.js';
import { falsifyClaim, type HypothesisResult } from '../../theory/claims/engine/falsify.js';
import type { ClaimTask } from './claim-worker.js';

/** One claim to try, as it is handed to a worker. */
export interface ClaimJob {
  readonly id: string;
  readonly runs: number;
  readonly seed: number;
  readonly path?: string;
  /** Whether to attack every hypothesis, too. */
  readonly falsify: boolean;
}

/** What trying it showed. */
export interface ClaimOutcome {
  readonly result: ClaimResult;
  readonly hypotheses?: readonly HypothesisResult[];
}

/** Work of a job in instances, so that progress adds up over claims and attacks. */
export function jobSize({ id, runs, path, falsify }: ClaimJob): number {
  if (path !== undefined) return 1;
  return runs * (1 + (falsify ? claimById(id).hypotheses.length : 0));
}

/** Does a job on this thread. */
export function runClaimJob(job: ClaimJob, onProgress: (done: number) => void): ClaimOutcome {
  const { id, runs, seed, path, falsify } = job;
  const claim = claimById(id);
  const result = checkClaim(claim, { runs, seed, onProgress, ...(path === undefined ? {} : { path }) });
  if (!falsify) return { result };
  const names = claim.hypotheses.map(({ name }) => name);
  const hypotheses = falsifyClaim(claim, {
    runs,
    seed,
    onProgress: (name, cases) => onProgress(runs * (1 + names.indexOf(name)) + cases),
  });
  return { result, hypotheses };
}

/** How to follow the trying of many claims. */
export interface TryOptions {
  /** Called with the instances tried and to be tried, over all claims. */
  readonly onProgress: (done: number, total: number) => void;
  /** Called with each claim that is finished, in the order of finishing. */
  readonly onOutcome: (job: ClaimJob, outcome: ClaimOutcome) => void;
  /** Aborting it ends the trials; finished ones have been reported. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tries claims on all cores, each on one thread, so that every claim gives the same result as alone. Where the worker
 * is not compiled (in our own tests), and for a replay of one case, this thread does it.
 *
 * @throws DOMException `AbortError` when interrupted
 */
export async function tryClaims(jobs: readonly ClaimJob[], options: TryOptions): Promise<void> {
  const worker = fileURLToPath(new URL('./claim-worker.js', import.meta.url));
  const progress = new Progress(jobs, options);
  const isReplay = jobs.some(({ path }) => path !== undefined);
  if (!existsSync(worker) || isReplay) {
    for (const job of jobs) {
      options.signal?.throwIfAborted();
      const outcome = runClaimJob(job, (done) => progress.update(job, done));
      progress.finish(job);
      options.onOutcome(job, outcome);
    }
    return;
  }
  // Every job listens to the one signal, which Node would otherwise take for a leak.
  if (options.signal !== undefined) setMaxListeners(jobs.length + 10, options.signal);
  const { Piscina } = await import('piscina');
  const pool = new Piscina<ClaimTask, ClaimOutcome>({
    filename: worker,
    name: 'runClaimTask',
    minThreads: 1,
    maxThreads: Math.min(jobs.length, availableParallelism()),
  });
  try {
    await Promise.all(
      jobs.map(async (job) => {
        const { port1, port2 } = new MessageChannel();
        port1.on('message', (done: number) => progress.update(job, done));
        const outcome = await pool.run(
          { job, port: port2 },
          { transferList: [port2], ...(options.signal === undefined ? {} : { signal: options.signal }) },
        );
        port1.close();
        progress.finish(job);
        options.onOutcome(job, outcome);
      }),
    );
  } finally {
    await pool.destroy();
  }
}

class Progress {
  private readonly done = new Map<ClaimJob, number>();
  private readonly total: number;

  constructor(
    jobs: readonly ClaimJob[],
    private readonly options: TryOptions,
  ) {
    this.total = jobs.reduce((sum, job) => sum + jobSize(job), 0);
  }

  update(job: ClaimJob, done: number): void {
    this.done.set(job, done);
    const sum = [...this.done.values()].reduce((all, part) => all + part, 0);
    this.options.onProgress(sum, this.total);
  }

  finish(job: ClaimJob): void {
    this.update(job, jobSize(job));
  }
}
