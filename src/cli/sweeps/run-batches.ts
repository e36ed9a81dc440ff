import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Scenario } from '../../sim/scenario/scenario.js';
import { BackendPack } from '../../sim/sweeps/backend-pack.js';
import { openOnThisThread, type PointResult, runPoints } from '../../sim/sweeps/run-points.js';
import type { PointRange, Sweep } from '../../sim/sweeps/sweep.js';

/** How batches are computed. */
export interface BatchOptions {
  readonly threads: number;
  readonly signal: AbortSignal | undefined;
  /** Told of each finished batch, one at a time, in the order of finishing. */
  onBatch(range: PointRange, results: readonly PointResult[]): Promise<void>;
}

/** Mebibytes of a thread's short-lived objects: with less, collecting them takes a seventh of the time. */
const YOUNG_GENERATION = 64;

/** On a card the threads would only wait for each other. */
const ON_CARDS: ReadonlySet<string> = new Set(['webgpu']);

/**
 * Computes batches of points, spread over threads where there are several and the worker is compiled, which it is not in our own
 * tests.
 *
 * @throws DOMException `AbortError` when interrupted, after the batches that were finished have been told
 */
export async function runBatches(
  sweep: Sweep,
  scenario: Scenario,
  batches: readonly PointRange[],
  options: BatchOptions,
): Promise<void> {
  const worker = fileURLToPath(new URL('./batch-worker.js', import.meta.url));
  const canUseThreads = existsSync(worker) && !ON_CARDS.has(sweep.definition.backend);
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
