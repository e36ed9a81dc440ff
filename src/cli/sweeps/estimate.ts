import { totalmem } from 'node:os';
import { BackendPack } from '../../sim/sweeps/backend-pack.js';
import { PointCosts } from '../../sim/sweeps/point-cost.js';
import { openOnThisThread, runPoints } from '../../sim/sweeps/run-points.js';
import { batchesOf, type PointRange, shardRanges } from '../../sim/sweeps/sweep.js';
import type { CommandLineIo } from '../output/io.js';
import { durationText } from '../output/progress-line.js';
import { type Shard, shardText } from './shard-list.js';
import type { SweepRequest } from './sweep-file.js';

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
