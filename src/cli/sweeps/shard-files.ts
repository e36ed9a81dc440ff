import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PointResult } from '../../sim/sweeps/run-points.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { codeOf } from '../results/files.js';
import { FRAME_HEAD, framed, readFrame } from '../results/journal-file.js';
import { shardOfStem, shardText } from './shard-list.js';
import { sweepPlaces } from './sweep-folder.js';

/*
 * Files of shards: frames with length and checksum. The first says what the file is of, the others hold batches of points, and
 * the last of a finished shard says that it is the last.
 */

/** What the first frame says. */
export interface ShardHead {
  /** Content hash of the sweep. */
  readonly sweep: string;
  readonly index: number;
  readonly count: number;
  /** Points from `from` up to but not including `to`. */
  readonly from: number;
  readonly to: number;
}

/** Results of neighbouring points. */
export interface BatchFrame {
  readonly from: number;
  readonly to: number;
  readonly results: readonly PointResult[];
}

/** The last frame of a finished shard. */
export interface EndFrame {
  readonly end: true;
}

/** A frame as it is written. */
export function frameOf(content: ShardHead | BatchFrame | EndFrame): Buffer {
  return framed(Buffer.from(JSON.stringify(content)));
}

/** Where a frame stands. */
export interface FramePlace {
  readonly path: string;
  readonly start: number;
  readonly length: number;
}

interface ReadFrame {
  readonly content: unknown;
  readonly place: FramePlace;
}

const LARGEST_FRAME = 2 ** 29;

/**
 * The whole frames of a file one after the other, until its end or the first that is torn or damaged.
 *
 * @throws Error with the `code` of the system
 */
export async function* readFrames(path: string): AsyncGenerator<ReadFrame, void, undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    let place = 0;
    for (;;) {
      const body = await readFrame(file, place, size, LARGEST_FRAME);
      if (body === undefined) return;
      const length = FRAME_HEAD + body.length;
      yield { content: JSON.parse(body.toString('utf8')), place: { path, start: place, length } };
      place += length;
    }
  } finally {
    await file.close();
  }
}

/** Whether a frame is a batch. */
export function isBatch(frame: unknown): frame is BatchFrame {
  return typeof frame === 'object' && frame !== null && 'results' in frame;
}

/** Whether a frame is the last of a finished shard. */
export function isEnd(frame: unknown): frame is EndFrame {
  return typeof frame === 'object' && frame !== null && 'end' in frame;
}

/** Whether a frame is the head of a shard. */
export function isHead(frame: unknown): frame is ShardHead {
  return typeof frame === 'object' && frame !== null && 'sweep' in frame && 'count' in frame;
}

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
        `shards of one sweep; ${path} was computed with a different configuration from sweep.json: remove it and compute ${shardText(head)} again`,
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
export async function* resultsOf({ path, head }: FinishedShard): AsyncGenerator<PointResult, void, undefined> {
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
  return new InvalidInputError('folder', path, `an intact shard file; this one is damaged: remove it and ${again}`);
}
