import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PointResult } from '../../sim/sweeps/run-points.js';
import type { PointRange } from '../../sim/sweeps/sweep.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { codeOf } from '../results/files.js';
import { FRAME_HEAD, framed, framesFrom } from '../results/journal-file.js';
import { sweepPlaces } from './sweep-folder.js';

/** Numbers as Slurm's `--array` has them: `1,3,5-8`. */
export function listText(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

/** Reads numbers of shards, `1,3,5-8`. @throws InvalidInputError unless all are from 1 to `count` */
export function readList(option: string, text: string, count: number): number[] {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const [, from, to = from] = /^\s*(\d{1,6})(?:-(\d{1,6}))?\s*$/.exec(part) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (!(first >= 1 && first <= last && last <= count))
      throw new InvalidInputError(option, text, `numbers from 1 to ${count}, such as 1,3,5-8`);
    for (let number = first; number <= last; number++) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}

/** One of the parts into which a sweep is cut, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const ALLOWED = 'I/N with 1 <= I <= N, such as 3/8';
export const MOST_SHARDS = 100_000;

/** `3/8`, as the command line has it. */
export function shardText({ index, count }: Shard): string {
  return `${index}/${count}`;
}

/** Reads a file name's beginning back; undefined where it is of no shard. */
export function shardOfStem(stem: string): Shard | undefined {
  const [, index, count] = /^(\d{1,6})-of-(\d{1,6})$/.exec(stem) ?? [];
  return index === undefined ? undefined : { index: Number(index), count: Number(count) };
}

/**
 * The shard that a process is to compute: from `--shard`, or `--shard auto` from the array job of Slurm or the indexed job of
 * Kubernetes in which it runs.
 *
 * @param text what the command line says; undefined for the whole sweep
 * @throws InvalidInputError unless it is one of the shards
 */
export function readShard(text: string | undefined, env: Environment): Shard | undefined {
  if (text === undefined) return undefined;
  const [, scheduled] = /^auto(?:\/(\d{1,6}))?$/.exec(text.trim()) ?? [];
  if (/^auto/.test(text.trim())) return shardOfJob(text, scheduled, env);
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text.trim()) ?? [];
  return checked('--shard', text, Number(index), Number(count));
}

/** Slurm gives the first task and the number of tasks; Kubernetes only the index from 0, so the count comes from `auto/N`. */
function shardOfJob(text: string, count: string | undefined, env: Environment): Shard {
  const { SLURM_ARRAY_TASK_ID: task, SLURM_ARRAY_TASK_COUNT: tasks, SLURM_ARRAY_TASK_MIN: first } = env;
  if (task !== undefined) {
    // With N given the task's number is the shard's own: a resubmitted array has some of them only.
    if (count !== undefined) return checked('SLURM_ARRAY_TASK_ID', task, Number(task), Number(count));
    return checked('SLURM_ARRAY_TASK_ID', task, Number(task) - Number(first ?? 1) + 1, Number(tasks));
  }
  const { JOB_COMPLETION_INDEX: completion } = env;
  if (completion !== undefined)
    return checked('JOB_COMPLETION_INDEX', completion, Number(completion) + 1, Number(count));
  throw new InvalidInputError(
    '--shard',
    text,
    `${ALLOWED}, or auto within an array job (neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set)`,
  );
}

/** Reads a count from the command line. @throws InvalidInputError unless it is an integer from `least` to `most` */
export function readCount(option: string, text: string | undefined, least: number, most: number): number {
  const count = /^\d{1,6}$/.test(text?.trim() ?? '') ? Number(text) : Number.NaN;
  if (count >= least && count <= most) return count;
  throw new InvalidInputError(option, text, `an integer from ${least} to ${most}`);
}

function checked(option: string, value: string, index: number, count: number): Shard {
  if (Number.isInteger(index) && index >= 1 && index <= count && count <= MOST_SHARDS) return { index, count };
  const hint =
    option === '--shard'
      ? ALLOWED
      : `the number of a task in the array; --shard auto/N sets how many there are (${ALLOWED})`;
  throw new InvalidInputError(option, value, hint);
}

/*
 * Files of shards: frames with length and checksum. The first says what the file is of, the others hold batches of points, and
 * the last of a finished shard says that it is the last.
 */

/** What the first frame says: the shard, its points from `from` up to but not including `to`, and the content hash of the sweep. */
export interface ShardHead extends Shard, PointRange {
  readonly sweep: string;
}

/** Results of neighbouring points, from `from` up to but not including `to`. */
export interface BatchFrame extends PointRange {
  readonly results: readonly PointResult[];
}

export function frameOf(content: ShardHead | BatchFrame | { readonly end: true }): Buffer {
  return framed(Buffer.from(JSON.stringify(content)));
}

export interface FramePlace {
  readonly path: string;
  readonly start: number;
  readonly length: number;
}

const LARGEST_FRAME = 2 ** 29;

/**
 * The whole frames of a file one after the other, until its end or the first that is torn or damaged.
 *
 * @throws Error with the `code` of the system
 */
export async function* readFrames(path: string): AsyncGenerator<{ content: unknown; place: FramePlace }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    for await (const { start, body } of framesFrom(file, 0, size, LARGEST_FRAME))
      yield { content: JSON.parse(body.toString('utf8')), place: { path, start, length: FRAME_HEAD + body.length } };
  } finally {
    await file.close();
  }
}

function hasKeys(frame: unknown, ...keys: readonly string[]): boolean {
  return typeof frame === 'object' && frame !== null && keys.every((key) => key in frame);
}

export function isBatch(frame: unknown): frame is BatchFrame {
  return hasKeys(frame, 'results');
}

export function isHead(frame: unknown): frame is ShardHead {
  return hasKeys(frame, 'sweep', 'count');
}

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
    let head: unknown;
    for await (const { content } of readFrames(path)) {
      head = content;
      break;
    }
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

export async function* resultsOfAll(shards: readonly FinishedShard[]) {
  for (const shard of shards) yield* resultsOf(shard);
}

/**
 * The results of a finished shard in the order of its points.
 *
 * @throws InvalidInputError where the file is damaged
 */
async function* resultsOf({ path, head }: FinishedShard): AsyncGenerator<PointResult, void, undefined> {
  let next = head.from;
  let isWhole = false;
  for await (const { content } of readFrames(path)) {
    if (hasKeys(content, 'end')) isWhole = next === head.to;
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
