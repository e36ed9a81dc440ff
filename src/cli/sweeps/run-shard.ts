import { existsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { backendRecord } from '../../sim/backends/backend-list.js';
import type { Scenario } from '../../sim/scenario/scenario.js';
import { BackendPack } from '../../sim/sweeps/backend-pack.js';
import { PointCosts } from '../../sim/sweeps/point-cost.js';
import { openOnThisThread, type PointResult, runPoints } from '../../sim/sweeps/run-points.js';
import { batchesOf, type PointRange, type Sweep, shardRanges } from '../../sim/sweeps/sweep.js';
import { isAbort } from '../output/error-line.js';
import { durationText, progressLine } from '../output/progress-line.js';
import type { CommandLineIo } from '../output/terminal.js';
import { ShardStore } from './shard-store.js';
import { type Shard, shardText } from './shards.js';
import { count } from './sweep-document.js';
import type { SweepRequest } from './sweep-file.js';
import type { SweepIdentity } from './sweep-folder.js';

interface BatchOptions {
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
async function runBatches(
  sweep: Sweep,
  scenario: Scenario,
  batches: readonly PointRange[],
  options: BatchOptions,
): Promise<void> {
  const worker = fileURLToPath(new URL('./batch-worker.js', import.meta.url));
  // On a card the threads would only wait for each other.
  const canUseThreads = existsSync(worker) && backendRecord(sweep.definition.backend)?.runsOn !== 'card';
  if (canUseThreads && batches.length > 0) return onThreads(worker, sweep, batches, options);
  const { signal, onBatch } = options;
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

export interface ShardRunOptions {
  readonly folder: string;
  readonly shard: Shard;
  readonly identity: SweepIdentity;
  readonly resume: boolean;
  readonly threads: number;
  readonly quiet: boolean;
}

/**
 * Computes what is missing of a shard and writes its file; undefined where it was finished before. Counts the points, and among them
 * those that were there `before`, those without numbers, and those of which a check failed.
 *
 * @throws InvalidInputError where its file cannot be written
 * @throws DOMException `AbortError` when interrupted; finished points are kept
 */
export async function runShard(
  { sweep, scenario }: SweepRequest,
  { folder, shard, identity, resume, threads, quiet }: ShardRunOptions,
  io: CommandLineIo,
) {
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

/** Time, in milliseconds, for which the rate is measured. */
const MEASURED = 3000;
const MEBIBYTE = 2 ** 20;

/**
 * `overtrain sweep --dry-run`: how many points, how much work, how much memory and how long, from points of the sweep that are
 * computed here and now, spread over it.
 */
export async function printEstimate(
  { sweep, scenario }: SweepRequest,
  { shard, threads }: { readonly shard: Shard | undefined; readonly threads: number },
  io: CommandLineIo,
): Promise<void> {
  const costs = new PointCosts(sweep, scenario);
  const whole = { from: 0, to: sweep.points };
  const range = shard === undefined ? whole : shardRanges(sweep.points, costs, shard.count)[shard.index - 1]!;
  const batches = batchesOf(range, costs);
  const work = workIn(range, costs);
  const before = process.memoryUsage().rss;
  const pack = new BackendPack(openOnThisThread);
  const measured = { work: 0, milliseconds: 0, points: 0 };
  try {
    const sample = spread(batches);
    // The first batch only warms up, unless it is all there is.
    if (sample.length > 1) await runPoints(sweep, scenario, sample.shift()!, pack, io.signal);
    const end = performance.now() + MEASURED;
    for (const batch of sample) {
      const started = performance.now();
      await runPoints(sweep, scenario, batch, pack, io.signal);
      measured.milliseconds += performance.now() - started;
      measured.work += workIn(batch, costs);
      measured.points += batch.to - batch.from;
      if (performance.now() > end) break;
    }
  } finally {
    await pack.dispose();
  }
  const perThread = Math.max(0, process.memoryUsage().rss - before);
  const milliseconds = measured.work === 0 ? 0 : (work / measured.work) * measured.milliseconds;
  const used = Math.min(threads, batches.length);
  const memory = before + perThread * Math.max(1, used);
  const replicates = sweep.definition.replicates;
  const lines = [
    `points   ${range.to - range.from}${shard === undefined ? '' : ` of ${sweep.points}, shard ${shardText(shard)}`} (${sweep.settings} settings, ${replicates} replicate${replicates === 1 ? '' : 's'} of each)`,
    `work     about ${work.toPrecision(2)} multiplications in ${batches.length} batches`,
    `memory   about ${Math.ceil(memory / MEBIBYTE)} MiB of ${Math.round(totalmem() / MEBIBYTE)} MiB`,
    `time     about ${durationText(milliseconds / Math.max(1, used))} on ${used} thread${used === 1 ? '' : 's'}, ${durationText(milliseconds)} on one core`,
    `measured ${measured.points} points in ${Math.round(measured.milliseconds)} ms on one thread`,
  ];
  io.stdout.write(`${lines.join('\n')}\n`);
}

function workIn({ from, to }: PointRange, costs: PointCosts): number {
  if (costs.isEven) return (to - from) * costs.at(0);
  let work = 0;
  for (let point = from; point < to; point++) work += costs.at(point);
  return work;
}

/** Batches from beginning, end and between, in an order in which any first few of them are spread. */
function spread(batches: readonly PointRange[]): PointRange[] {
  const golden = (Math.sqrt(5) - 1) / 2;
  const taken = new Set<number>();
  for (let index = 0; index < Math.min(64, 4 * batches.length); index++)
    taken.add(Math.floor(((index * golden) % 1) * batches.length));
  return [...taken].map((index) => batches[index]!);
}
