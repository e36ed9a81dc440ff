import type { PointCosts } from './point-cost.js';

/** Points from `from` up to but not including `to`. */
export interface PointRange {
  readonly from: number;
  readonly to: number;
}

/** Work of a batch, in multiplications: a fraction of a second, so that little is lost when one is cut off. */
const BATCH_WORK = 1e9;
/** Points of a batch at most: they are in memory at the same time. */
const MOST_IN_BATCH = 64;

/**
 * Cuts the points of a sweep into shards of neighbours that take about the same work: a point belongs to the shard in whose part
 * of the whole work its own middle lies. No shard has more than its share and the work of one point.
 *
 * @param count how many shards, from 1
 * @returns one range for each, in order; some may be empty
 */
export function shardRanges(points: number, costs: PointCosts, count: number): PointRange[] {
  const shardOf = costs.isEven
    ? (point: number) => Math.floor(((point + 0.5) * count) / points)
    : byWork(points, costs, count);
  const starts: number[] = [];
  for (let shard = 0; shard < count; shard++) starts.push(firstOf(points, shard, shardOf));
  return starts.map((from, shard) => ({ from, to: starts[shard + 1] ?? points }));
}

function byWork(points: number, costs: PointCosts, count: number): (point: number) => number {
  const middles = new Float64Array(points);
  let sum = 0;
  for (let point = 0; point < points; point++) {
    const work = costs.at(point);
    middles[point] = sum + work / 2;
    sum += work;
  }
  return (point) => Math.min(count - 1, Math.floor((middles[point]! / sum) * count));
}

/** The first point of a shard or a later one, by bisection. */
function firstOf(points: number, shard: number, shardOf: (point: number) => number): number {
  let [low, high] = [0, points];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (shardOf(middle) < shard) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Cuts a range of points into batches, each computed together. */
export function batchesOf({ from, to }: PointRange, costs: PointCosts): PointRange[] {
  const batches: PointRange[] = [];
  let start = from;
  let work = 0;
  for (let point = from; point < to; point++) {
    work += costs.at(point);
    if (work < BATCH_WORK && point + 1 - start < MOST_IN_BATCH) continue;
    batches.push({ from: start, to: point + 1 });
    start = point + 1;
    work = 0;
  }
  if (start < to) batches.push({ from: start, to });
  return batches;
}
