import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { backendRecord } from '../../sim/backends/backend-list.js';
import type { Scenario } from '../../sim/scenario/scenario.js';
import { BackendPack } from '../../sim/sweeps/backend-pack.js';
import { PointCosts } from '../../sim/sweeps/point-cost.js';
import { openOnThisThread, type PointResult, runPoints } from '../../sim/sweeps/run-points.js';
import { batchesOf, type PointRange, type Sweep, shardRanges } from '../../sim/sweeps/sweep.js';
import { isAbort } from '../output/error-line.js';
import type { CommandLineIo } from '../output/io.js';
import { progressLine } from '../output/progress-line.js';
import type { Shard } from './shard-list.js';
import { ShardStore } from './shard-store.js';
import type { SweepRequest } from './sweep-file.js';
import type { SweepIdentity } from './sweep-folder.js';

/** How batches are computed. */
export interface BatchOptions {
  readonly threads: number;
  readonly signal: AbortSignal | undefined;
  /** Called with each finished batch, one at a time, in the order of finishing. */
  onBatch(range: PointRange, results: readonly PointResult[]): Promise<void>;
}

/** Mebibytes of a thread's short-lived objects: with less, collecting them takes a seventh of the time. */
const YOUNG_GENERATION = 64;

/**
 * Computes batches of points, spread over threads where there are several and the worker is compiled, which it is not in our own
 * tests.
 *
 * @throws DOMException `AbortError` when interrupted, after the finished batches have been reported
 */
export async function runBatches(
  sweep: Sweep,
  scenario: Scenario,
  batches: readonly PointRange[],
  options: BatchOptions,
): Promise<void> {
  const worker = fileURLToPath(new URL('./batch-worker.js', import.meta.url));
  // On a card the threads would only wait for each other.
  const canUseThreads = existsSync(worker) && backendRecord(sweep.definition.backend)?.runsOn !== 'card';
  if (canUseThreads && batches.length > 0) await onThreads(worker, sweep, batches, options);
  else await onThisThread(sweep, scenario, batches, options);
}

async function onThisThread(
  sweep: Sweep,
  scenario: Scenario,
  batches: readonly PointRange[],
  { signal, onBatch }: BatchOptions,
): Promise<void> {
  const pack = new BackendPack(openOnThisThread);
  try {
    for (const range of batches) {
      signal?.throwIfAborted();
      await onBatch(range, await runPoints(sweep, scenario, range, pack, signal));
    }
  } finally {
    await pack.dispose();
  }
}

async function onThreads(
  worker: string,
  sweep: Sweep,
  batches: readonly PointRange[],
  { threads, signal, onBatch }: BatchOptions,
): Promise<void> {
  const { Piscina } = await import('piscina');
  const count = Math.min(threads, batches.length);
  const pool = new Piscina<PointRange, PointResult[]>({
    filename: worker,
    name: 'runBatch',
    minThreads: count,
    maxThreads: count,
    workerData: sweep.definition,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION },
  });
  let next = 0;
  let told: Promise<void> = Promise.resolve();
  const stop = new AbortController();
  const end = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const feed = async () => {
    while (next < batches.length) {
      end.throwIfAborted();
      const range = batches[next++]!;
      const results = await pool.run(range, { signal: end });
      told = told.then(() => onBatch(range, results));
      await told;
    }
  };
  try {
    // One more than there are threads, so that none waits while results are written.
    await Promise.all(Array.from({ length: count + 1 }, feed));
  } catch (error) {
    stop.abort();
    await told.catch(() => {});
    throw error;
  } finally {
    await pool.destroy();
  }
}

/** What became of the points of a shard. */
export interface ShardOutcome {
  readonly points: number;
  /** Points that were there before. */
  readonly before: number;
  /** Points without numbers. */
  readonly failed: number;
  /** Points of which a check failed. */
  readonly checksFailed: number;
  readonly elapsedMs: number;
}

/** How a shard is computed. */
export interface ShardRunOptions {
  readonly folder: string;
  readonly shard: Shard;
  readonly identity: SweepIdentity;
  readonly resume: boolean;
  readonly threads: number;
  readonly quiet: boolean;
}

/**
 * Computes what is missing of a shard and writes its file; undefined where it was finished before.
 *
 * @throws InvalidInputError where its file cannot be written
 * @throws DOMException `AbortError` when interrupted; finished points are kept
 */
export async function runShard(
  { sweep, scenario }: SweepRequest,
  { folder, shard, identity, resume, threads, quiet }: ShardRunOptions,
  io: CommandLineIo,
): Promise<ShardOutcome | undefined> {
  const costs = new PointCosts(sweep, scenario);
  const range = shardRanges(sweep.points, costs, shard.count)[shard.index - 1]!;
  const head = { sweep: identity.hash, index: shard.index, count: shard.count, ...range };
  const task = io.env.SLURM_JOB_ID;
  const scheduled = task !== undefined || io.env.JOB_COMPLETION_INDEX !== undefined;
  const tally = { failed: 0, checksFailed: 0 };
  const onKept = (result: PointResult) => count(result, tally);
  const store = await ShardStore.open({ folder, shard, head, resume, scheduled, task, onKept });
  if (store === undefined) return undefined;
  const started = performance.now();
  const total = range.to - range.from;
  const before = store.points;
  const progress = progressLine(io.stderr, io.env, quiet);
  const show = () => {
    const failures = tally.failed === 0 ? '' : `, ${tally.failed} failed`;
    progress.update(store.points, total, `${store.points} of ${total} points${failures}`);
  };
  try {
    show();
    const missing = batchesOf(range, costs).filter((batch) => !store.has(batch));
    await runBatches(sweep, scenario, missing, {
      threads,
      signal: io.signal,
      async onBatch(batch, results) {
        await store.keep({ ...batch, results });
        for (const result of results) count(result, tally);
        show();
      },
    });
    const points = store.points;
    await store.finish();
    return { points, before, ...tally, elapsedMs: performance.now() - started };
  } catch (error) {
    progress.clear();
    if (isAbort(error))
      io.stderr.write(
        `overtrain: ${store.points} of ${total} points are finished and saved; repeat the command with --resume to continue\n`,
      );
    throw error;
  } finally {
    progress.clear();
    await store.close();
  }
}

function count({ error, failed }: PointResult, tally: { failed: number; checksFailed: number }): void {
  if (error !== null) tally.failed++;
  if (failed.length > 0) tally.checksFailed++;
}
