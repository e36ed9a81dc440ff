import { open } from 'node:fs/promises';
import type { PointResult } from '../../sim/sweeps/run-points.js';
import { FRAME_HEAD, framed, readFrame } from '../results/frames.js';

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
