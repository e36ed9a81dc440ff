import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PointResult } from '../../sim/sweeps/run-points.js';
import type { PointRange } from '../../sim/sweeps/sweep.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { flushFolder, notWritable, writeWhole } from '../results/files.js';
import { type FolderLock, LockedFolder, lockFolder } from '../results/folder-lock.js';
import {
  type BatchFrame,
  type FramePlace,
  frameOf,
  isBatch,
  isHead,
  readFrames,
  type Shard,
  type ShardHead,
  shardText,
} from './shards.js';
import { sweepPlaces } from './sweep-folder.js';

/** Longest time, in milliseconds, that finished points stay where a power cut would lose them. */
const LONGEST_UNSAFE = 1000;

/** File in the folder of an unfinished shard that names the scheduler's job. */
export const TASK_FILE = 'slurm-job';

const ADVICE = 'finished points are saved: free some space, then repeat the command with --resume';

export function shardPlaces(folder: string, shard: Shard) {
  const stem = join(sweepPlaces(folder).shards, `${shard.index}-of-${shard.count}`);
  return { finished: `${stem}.shard`, partial: `${stem}.partial` };
}

export interface ShardOptions {
  readonly folder: string;
  readonly shard: Shard;
  readonly head: ShardHead;
  readonly resume: boolean;
  /** Whether a scheduler vouches that nobody else computes this shard, also where a lock of a lost machine says so. */
  readonly scheduled: boolean;
  /** Number of the scheduler's job that computes it, for `overtrain status`. */
  readonly task: string | undefined;
  onKept(result: PointResult): void;
}

/**
 * The results of one shard as they come. Every process appends to a journal of its own, so that not even two that compute the same
 * shard could spoil each other's; a finished shard is one file, written whole beside and then given its name.
 */
export class ShardStore {
  private lastSync = performance.now();

  private constructor(
    private readonly options: ShardOptions,
    private readonly journal: FileHandle,
    private readonly path: string,
    private readonly kept: Map<number, KeptBatch>,
    private readonly lock: FolderLock | undefined,
    private readonly leaveAtExit: () => void,
    private bytes: number,
  ) {}

  /**
   * Opens a shard that has not ended yet; undefined where it has.
   *
   * @throws InvalidInputError where it was begun and `resume` is not set, where another process computes it, or where nothing can
   *   be written
   */
  static async open(options: ShardOptions): Promise<ShardStore | undefined> {
    const { folder, shard, resume, head } = options;
    const { finished, partial } = shardPlaces(folder, shard);
    if (existsSync(finished)) {
      if (resume) return undefined;
      throw new InvalidInputError('--out', folder, `a folder that does not have shard ${shardText(shard)} yet`);
    }
    let lock: FolderLock | undefined;
    try {
      await mkdir(partial, { recursive: true });
      lock = await lockOf(options, partial);
      const kept = await keptBatches(partial, head, options.onKept);
      if (kept.size > 0 && !resume)
        throw new InvalidInputError(
          '--out',
          folder,
          `a folder without an unfinished sweep; ${pointsIn(kept)} points are already finished there (--resume continues)`,
        );
      const path = join(partial, `${process.pid}.${randomBytes(6).toString('hex')}.journal`);
      const journal = await open(path, 'ax');
      const first = frameOf(head);
      await journal.appendFile(first);
      if (options.task !== undefined) await writeFile(join(partial, TASK_FILE), options.task);
      const leaveAtExit = () => lock?.release();
      process.once('exit', leaveAtExit);
      return new ShardStore(options, journal, path, kept, lock, leaveAtExit, first.length);
    } catch (error) {
      lock?.release();
      throw notWritable(folder, error);
    }
  }

  has({ from }: PointRange): boolean {
    return this.kept.has(from);
  }

  get points(): number {
    return pointsIn(this.kept);
  }

  /**
   * Keeps a finished batch.
   *
   * @throws InvalidInputError where it cannot be written, a full disk for one; what was kept before stays
   */
  async keep(batch: BatchFrame): Promise<void> {
    try {
      const frame = frameOf(batch);
      await this.journal.appendFile(frame);
      const place = { path: this.path, start: this.bytes, length: frame.length };
      this.bytes += frame.length;
      this.kept.set(batch.from, { to: batch.to, place });
      if (performance.now() - this.lastSync > LONGEST_UNSAFE) {
        await this.journal.datasync();
        this.lastSync = performance.now();
      }
    } catch (error) {
      throw notWritable(this.options.folder, error, ADVICE);
    }
  }

  /**
   * Ends a shard of which all points are there: its file gets its name, and the journals go.
   *
   * @throws InvalidInputError where it cannot be written
   */
  async finish(): Promise<void> {
    const { finished, partial } = shardPlaces(this.options.folder, this.options.shard);
    const batches = [...this.kept].sort(([a], [b]) => a - b).map(([, { place }]) => place);
    const write = async (file: FileHandle) => {
      await file.appendFile(frameOf(this.options.head));
      await copyFrames(batches, file);
      await file.appendFile(frameOf({ end: true }));
    };
    try {
      await writeWhole(finished, write, partial);
      await flushFolder(sweepPlaces(this.options.folder).shards);
    } catch (error) {
      throw notWritable(this.options.folder, error, ADVICE);
    }
    await this.close();
    await rm(partial, { recursive: true, force: true });
  }

  /** Gives the shard back; what was kept stays. */
  async close(): Promise<void> {
    process.off('exit', this.leaveAtExit);
    await this.journal.close().catch(() => {});
    this.lock?.release();
    if (this.kept.size > 0) return;
    rmSync(this.path, { force: true });
    await rmdir(shardPlaces(this.options.folder, this.options.shard).partial).catch(() => {});
  }
}

async function lockOf({ folder, scheduled, shard }: ShardOptions, partial: string) {
  try {
    return await lockFolder(partial);
  } catch (error) {
    if (!(error instanceof LockedFolder)) throw error;
    if (scheduled) return undefined;
    throw new InvalidInputError(
      '--out',
      folder,
      `a folder in which no one else is working on shard ${shardText(shard)}: ${error.message} (if it is gone, remove ${error.file})`,
    );
  }
}

interface KeptBatch {
  readonly to: number;
  readonly place: FramePlace;
}

/** Batches in the journals of those who worked on the shard before. */
async function keptBatches(
  partial: string,
  head: ShardHead,
  onKept: (result: PointResult) => void,
): Promise<Map<number, KeptBatch>> {
  const kept = new Map<number, KeptBatch>();
  for (const name of await readdir(partial)) {
    if (!name.endsWith('.journal')) continue;
    let isOurs = false;
    for await (const { content, place } of readFrames(join(partial, name))) {
      if (isHead(content)) isOurs = JSON.stringify(content) === JSON.stringify(head);
      if (!isOurs || !isBatch(content) || kept.has(content.from)) continue;
      kept.set(content.from, { to: content.to, place });
      content.results.forEach(onKept);
    }
  }
  return kept;
}

async function copyFrames(places: readonly FramePlace[], target: FileHandle): Promise<void> {
  const sources = new Map<string, FileHandle>();
  try {
    for (const { path, start, length } of places) {
      const source = sources.get(path) ?? (await open(path, 'r'));
      sources.set(path, source);
      const frame = Buffer.alloc(length);
      await source.read(frame, 0, length, start);
      await target.appendFile(frame);
    }
  } finally {
    for (const source of sources.values()) await source.close();
  }
}

function pointsIn(kept: ReadonlyMap<number, KeptBatch>): number {
  let points = 0;
  for (const [from, { to }] of kept) points += to - from;
  return points;
}
