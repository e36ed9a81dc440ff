import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PointResult } from '../../sim/sweeps/run-points.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { codeOf } from '../results/file-errors.js';
import { isBatch, isEnd, isHead, readFrames, type ShardHead } from './shard-frames.js';
import { shardOfStem, shardText } from './shard-name.js';
import { sweepPlaces } from './sweep-folder.js';

/** The file of a finished shard. */
export interface FinishedShard {
  readonly path: string;
  readonly head: ShardHead;
}

/** Names in the folder of the shards; none where there is no such folder. */
export async function shardFileNames(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(sweepPlaces(folder).shards)).sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/**
 * The finished shards of a folder, in the order of their points.
 *
 * @param hash content hash of the sweep
 * @throws InvalidInputError where a file is damaged, or of another sweep
 */
export async function finishedShards(folder: string, hash: string): Promise<FinishedShard[]> {
  const shards: FinishedShard[] = [];
  for (const name of await shardFileNames(folder)) {
    if (!name.endsWith('.shard') || shardOfStem(name.slice(0, -'.shard'.length)) === undefined) continue;
    const path = join(sweepPlaces(folder).shards, name);
    const head = await firstFrame(path);
    if (!isHead(head)) throw damaged(path, undefined);
    if (head.sweep !== hash)
      throw new InvalidInputError(
        'folder',
        folder,
        `shards of one sweep; ${path} was computed with another configuration than sweep.json: remove it and compute ${shardText(head)} again`,
      );
    shards.push({ path, head });
  }
  return shards.sort((a, b) => a.head.from - b.head.from || a.head.to - b.head.to);
}

async function firstFrame(path: string): Promise<unknown> {
  // Leaving the loop closes the file.
  for await (const { content } of readFrames(path)) return content;
  return undefined;
}

/**
 * The results of a finished shard in the order of its points.
 *
 * @throws InvalidInputError where the file is damaged
 */
export async function* resultsOf({
  path,
  head,
}: FinishedShard): AsyncGenerator<PointResult, void, undefined> {
  let next = head.from;
  let isWhole = false;
  for await (const { content } of readFrames(path)) {
    if (isEnd(content)) isWhole = next === head.to;
    if (!isBatch(content)) continue;
    for (const result of content.results) {
      if (result.point !== next++) throw damaged(path, head);
      yield result;
    }
  }
  if (!isWhole) throw damaged(path, head);
}

function damaged(path: string, head: ShardHead | undefined): InvalidInputError {
  const again = head === undefined ? 'compute its shard again' : `compute ${shardText(head)} again`;
  return new InvalidInputError(
    'folder',
    path,
    `a whole file of a shard; this one is damaged: remove it and ${again}`,
  );
}
