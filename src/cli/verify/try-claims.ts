import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { claimById } from '../../theory/claims/all-claims.js';
import { checkClaim } from '../../theory/claims/engine/check-claim.js';
import type { ClaimResult } from '../../theory/claims/engine/claim.js';
import { falsifyClaim, type HypothesisResult } from '../../theory/claims/engine/falsify.js';

/** One claim to try, as it is handed to a worker. */
export interface ClaimJob {
  readonly id: string;
  readonly runs: number;
  readonly seed: number;
  readonly path?: string;
  /** Whether to attack every hypothesis, too. */
  readonly falsify: boolean;
}

export interface ClaimOutcome {
  readonly result: ClaimResult;
  readonly hypotheses?: readonly HypothesisResult[];
}

/** Work of a job in instances, so that progress adds up over claims and attacks. */
export function jobSize({ id, runs, path, falsify }: ClaimJob): number {
  if (path !== undefined) return 1;
  return runs * (1 + (falsify ? claimById(id).hypotheses.length : 0));
}

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

/** What a worker thread runs: a job, and the port on which it reports how many instances it has tried. */
export function runClaimTask({ job, port }: { readonly job: ClaimJob; readonly port: MessagePort }): ClaimOutcome {
  const outcome = runClaimJob(job, (done) => port.postMessage(done));
  port.close();
  return outcome;
}

interface TryOptions {
  /** Called with the instances tried and to be tried, over all claims. */
  readonly onProgress: (done: number, total: number) => void;
  /** Called with each claim that is finished, in the order of finishing. */
  readonly onOutcome: (job: ClaimJob, outcome: ClaimOutcome) => void;
  /** Aborting it ends the trials; finished ones have been reported. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Tries claims on all cores, each on one thread, so that every claim gives the same result as alone. Where this module
 * is not compiled (in our own tests), and for a replay of one case, this thread does it.
 *
 * @throws DOMException `AbortError` when interrupted
 */
export async function tryClaims(
  jobs: readonly ClaimJob[],
  { onProgress, onOutcome, signal }: TryOptions,
): Promise<void> {
  const total = jobs.reduce((sum, job) => sum + jobSize(job), 0);
  const tried = new Map<ClaimJob, number>();
  const update = (job: ClaimJob, done: number) => {
    tried.set(job, done);
    onProgress(
      [...tried.values()].reduce((all, part) => all + part, 0),
      total,
    );
  };
  const finish = (job: ClaimJob, outcome: ClaimOutcome) => {
    update(job, jobSize(job));
    onOutcome(job, outcome);
  };
  const filename = fileURLToPath(new URL('./try-claims.js', import.meta.url));
  const isReplay = jobs.some(({ path }) => path !== undefined);
  if (!existsSync(filename) || isReplay) {
    for (const job of jobs) {
      signal?.throwIfAborted();
      finish(
        job,
        runClaimJob(job, (done) => update(job, done)),
      );
    }
    return;
  }
  // Every job listens to the one signal, which Node would otherwise take for a leak.
  if (signal !== undefined) setMaxListeners(jobs.length + 10, signal);
  const { Piscina } = await import('piscina');
  const maxThreads = Math.min(jobs.length, availableParallelism());
  const pool = new Piscina({ filename, name: runClaimTask.name, minThreads: 1, maxThreads });
  try {
    await Promise.all(
      jobs.map(async (job) => {
        const { port1, port2: port } = new MessageChannel();
        port1.on('message', (done: number) => update(job, done));
        const how = { transferList: [port], ...(signal === undefined ? {} : { signal }) };
        const outcome: ClaimOutcome = await pool.run({ job, port }, how);
        port1.close();
        finish(job, outcome);
      }),
    );
  } finally {
    await pool.destroy();
  }
}
