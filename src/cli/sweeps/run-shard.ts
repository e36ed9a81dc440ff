import { PointCosts } from '../../sim/sweeps/point-cost.js';
import type { PointResult } from '../../sim/sweeps/run-points.js';
import { batchesOf, shardRanges } from '../../sim/sweeps/sweep.js';
import { isAbort } from '../error-line.js';
import type { CommandLineIo } from '../io.js';
import { progressLine } from '../output/progress-line.js';
import { runBatches } from './run-batches.js';
import type { Shard } from './shard-name.js';
import { ShardStore } from './shard-store.js';
import type { SweepRequest } from './sweep-file.js';
import type { SweepIdentity } from './sweep-folder.js';

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
        `overtrain: ${store.points} of ${total} points are finished and kept; the same command with --resume goes on\n`,
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
