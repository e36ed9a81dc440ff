import type { NetworkBatch } from '../backend.js';
import { type LaunchSizes, shorterLaunches } from './launch-sizes.js';

/** What one launch of a device may hold. */
export interface BatchLimits {
  /** Matrices in one batch. */
  readonly matrices: number;
  /** Numbers in one array. */
  readonly entries: number;
}

/** Work of one launch on a device that also draws the screen, or whose driver ends what takes several seconds. */
const LAUNCH_FLOPS = 5e11;

/**
 * How many items one launch takes.
 *
 * @param entries numbers that an item has in the largest array
 * @param matrices that an item has in the largest batch
 * @returns at least 1: an item that does not fit even alone is refused by the device itself
 */
export function itemsPerLaunch(limits: BatchLimits | undefined, entries: number, matrices = 1): number {
  if (limits === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(Math.min(limits.matrices / matrices, limits.entries / entries)));
}

/** Steps of so many floating-point operations that one launch takes: about five seconds of a card with 100 GFLOP/s. */
export function stepsPerLaunch(flopsPerStep: number): number {
  return Math.floor(LAUNCH_FLOPS / flopsPerStep);
}

/**
 * Launches short enough for a device, which must not be busy for long; a processor has no limits and may.
 *
 * @param work of a step, in units of a step of plain descent
 */
export function launchesWithin(
  limits: BatchLimits | undefined,
  launches: LaunchSizes,
  { shape, count }: Pick<NetworkBatch, 'shape' | 'count'>,
  work = 1,
): LaunchSizes {
  if (limits === undefined) return launches;
  // Three products of 2 · rows · hidden · cols.
  return shorterLaunches(launches, stepsPerLaunch(6 * work * shape.rows * shape.hidden * shape.cols * count));
}

/** Ranges that cover `count` items, none longer than `most`. */
export function* ranges(count: number, most: number): Generator<{ from: number; to: number }> {
  for (let from = 0; from < count; from += most) yield { from, to: Math.min(count, from + most) };
}
