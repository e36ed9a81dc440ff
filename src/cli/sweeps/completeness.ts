import { InvalidInputError } from '../../theory/invalid-input.js';
import type { FinishedShard } from './shard-files.js';
import { shardText } from './shard-name.js';

const MOST_NAMED = 5;

/**
 * Makes sure that finished shards hold every point of a sweep exactly once.
 *
 * @param shards sorted by their points
 * @throws InvalidInputError naming the points that are missing and those that are there twice, and in which shards
 */
export function requireComplete(folder: string, shards: readonly FinishedShard[], points: number): void {
  const missing: string[] = [];
  const twice: string[] = [];
  let covered = 0;
  for (const { head } of shards) {
    if (head.from > covered) missing.push(rangeText(covered, head.from));
    if (head.from < covered && head.from < head.to)
      twice.push(`${rangeText(head.from, Math.min(covered, head.to))} in ${shardText(head)}`);
    covered = Math.max(covered, head.to);
  }
  if (covered < points) missing.push(rangeText(covered, points));
  if (missing.length === 0 && twice.length === 0) return;
  const lacks = missing.length === 0 ? [] : [`missing: ${named(missing)}${missingShards(shards)}`];
  const doubles = twice.length === 0 ? [] : [`there twice: ${named(twice)}`];
  throw new InvalidInputError(
    'folder',
    folder,
    `a folder with every one of ${points} points once; ${[...lacks, ...doubles].join('; ')} (overtrain status tells more)`,
  );
}

function missingShards(shards: readonly FinishedShard[]): string {
  const [total, ...others] = new Set(shards.map(({ head }) => head.count));
  if (total === undefined || others.length > 0) return '';
  const there = new Set(shards.map(({ head }) => head.index));
  const absent = Array.from({ length: total }, (_, n) => n + 1).filter((index) => !there.has(index));
  if (absent.length === 0) return '';
  return ` (shards ${named(absent.map((index) => shardText({ index, count: total })))})`;
}

function rangeText(from: number, to: number): string {
  return to - from === 1 ? `point ${from}` : `points ${from} to ${to - 1}`;
}

function named(all: readonly string[]): string {
  const more = all.length > MOST_NAMED ? ` and ${all.length - MOST_NAMED} more` : '';
  return `${all.slice(0, MOST_NAMED).join(', ')}${more}`;
}
