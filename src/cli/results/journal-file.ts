import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { CallJournal } from '../../sim/backends/watched-backend.js';

/*
 * Frames of files that are appended to: a body with its length and checksum before it, so that what a cut left half written is told
 * from what is whole.
 */

/** Bytes before the body of a frame: its length and its CRC-32. */
export const FRAME_HEAD = 8;

export function framed(body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEAD + body.length);
  frame.writeUInt32LE(body.length, 0);
  frame.writeUInt32LE(crc32(body), 4);
  frame.set(body, FRAME_HEAD);
  return frame;
}

/**
 * The body of the frame that begins at `start`; undefined where it is torn or damaged, or none is there.
 *
 * @param end bytes of the file
 * @param largest bytes that no body passes; a length beyond it is damage
 */
async function readFrame(file: FileHandle, start: number, end: number, largest: number): Promise<Buffer | undefined> {
  if (start + FRAME_HEAD > end) return undefined;
  const head = Buffer.alloc(FRAME_HEAD);
  await file.read(head, 0, FRAME_HEAD, start);
  const length = head.readUInt32LE(0);
  if (length > largest || start + FRAME_HEAD + length > end) return undefined;
  const body = Buffer.alloc(length);
  const { bytesRead } = await file.read(body, 0, length, start + FRAME_HEAD);
  return bytesRead === length && crc32(body) === head.readUInt32LE(4) ? body : undefined;
}

/**
 * The whole frames of a file from `start` on, until its end or the first that is torn or damaged.
 *
 * @param end bytes of the file
 */
export async function* framesFrom(file: FileHandle, start: number, end: number, largest: number) {
  for (let place = start; ; ) {
    const body = await readFrame(file, place, end, largest);
    if (body === undefined) return;
    yield { start: place, body };
    place += FRAME_HEAD + body.length;
  }
}

interface JournalRecord {
  readonly call: number;
  /** 32 hexadecimal digits. */
  readonly fingerprint: string;
  readonly result: readonly Float64Array[];
}

/** Bytes of a record before the lengths of its arrays: call, fingerprint, number of arrays. */
const RECORD_HEAD = 4 + 16 + 4;

function recordBytes(result: readonly Float64Array[]): number {
  return result.reduce((sum, values) => sum + 4 + values.byteLength, FRAME_HEAD + RECORD_HEAD);
}

/** A record as the body of a frame: numbers as they are in memory, so that they come back bit for bit. */
function writtenRecord({ call, fingerprint, result }: JournalRecord): Buffer {
  const body = Buffer.allocUnsafe(recordBytes(result) - FRAME_HEAD);
  body.writeUInt32LE(call, 0);
  body.write(fingerprint, 4, 16, 'hex');
  body.writeUInt32LE(result.length, 20);
  let place = RECORD_HEAD;
  for (const { length } of result) place = body.writeUInt32LE(length, place);
  for (const values of result) {
    body.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), place);
    place += values.byteLength;
  }
  return body;
}

/** Whether the body of a frame is a record, judging by its lengths. */
function isRecord(body: Buffer): boolean {
  if (body.length < RECORD_HEAD) return false;
  const count = body.readUInt32LE(20);
  let bytes = RECORD_HEAD + 4 * count;
  for (let index = 0; index < count && bytes <= body.length; index++)
    bytes += 8 * body.readUInt32LE(RECORD_HEAD + 4 * index);
  return bytes === body.length;
}

function readRecord(body: Buffer): JournalRecord {
  const lengths = Array.from({ length: body.readUInt32LE(20) }, (_, index) =>
    body.readUInt32LE(RECORD_HEAD + 4 * index),
  );
  let place = RECORD_HEAD + 4 * lengths.length;
  const result = lengths.map((length) => {
    const values = new Float64Array(length);
    new Uint8Array(values.buffer).set(body.subarray(place, place + values.byteLength));
    place += values.byteLength;
    return values;
  });
  return { call: body.readUInt32LE(0), fingerprint: body.toString('hex', 4, 20), result };
}

/** Calls that took less, in milliseconds, are computed again sooner than they are read. */
const WORTH_KEEPING = 3;
/** Most bytes for each millisecond of computing: 32 MB/s, which a disk takes without being noticed. */
const MOST_BYTES_PER_MS = 32_000;
/** A journal does not grow beyond this; what comes later is computed again. */
const MOST_BYTES = 4 * 2 ** 30;
const LARGEST_RECORD = 2 ** 28;
/** Longest time, in milliseconds, that finished calls stay where a power cut would lose them. */
const LONGEST_UNSAFE = 1000;

interface Place {
  readonly start: number;
  readonly length: number;
}

/**
 * A journal in a file that calls are appended to, each in a frame with length and checksum. The first frame says in JSON which
 * run it is of. What a cut left half written at the end is dropped when the file is opened.
 */
export class JournalFile implements CallJournal {
  private calls = 0;
  private lastSync = performance.now();

  private constructor(
    private readonly file: FileHandle,
    readonly run: string,
    private readonly places: Map<number, Place>,
    private bytes: number,
    /** Turns a system error into the message for the user. */
    private readonly failure: (error: unknown, journal: JournalFile) => Error,
  ) {}

  /**
   * Opens a journal, or begins one where there is none or its beginning is torn.
   *
   * @param run JSON that says which run a new journal is of
   * @param failure what is thrown when a call cannot be kept
   */
  static async open(
    path: string,
    run: string,
    failure: (error: unknown, journal: JournalFile) => Error,
  ): Promise<JournalFile> {
    const file = await open(path, 'a+', 0o666);
    try {
      const { size } = await file.stat();
      const head = await readFrame(file, 0, size, LARGEST_RECORD);
      if (head === undefined) {
        await file.truncate(0);
        const frame = framed(Buffer.from(run));
        await file.appendFile(frame);
        await file.datasync();
        return new JournalFile(file, run, new Map(), frame.length, failure);
      }
      const places = new Map<number, Place>();
      let end = FRAME_HEAD + head.length;
      for await (const { start, body } of framesFrom(file, end, size, LARGEST_RECORD)) {
        if (!isRecord(body)) break;
        places.set(body.readUInt32LE(0), { start: start + FRAME_HEAD, length: body.length });
        end = start + FRAME_HEAD + body.length;
      }
      if (end < size) await file.truncate(end);
      return new JournalFile(file, head.toString('utf8'), places, end, failure);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get size(): number {
    return this.places.size;
  }

  nextCall(): number {
    return this.calls++;
  }

  async recall(call: number, fingerprint: string): Promise<readonly Float64Array[] | undefined> {
    const place = this.places.get(call);
    if (place === undefined) return undefined;
    const body = Buffer.allocUnsafe(place.length);
    const { bytesRead } = await this.file.read(body, 0, place.length, place.start);
    if (bytesRead < place.length) return undefined;
    const record = readRecord(body);
    return record.fingerprint === fingerprint ? record.result : undefined;
  }

  async keep(call: number, fingerprint: string, result: readonly Float64Array[], elapsed: number) {
    const bytes = recordBytes(result);
    if (elapsed < WORTH_KEEPING || bytes > elapsed * MOST_BYTES_PER_MS) return;
    if (bytes > LARGEST_RECORD || this.bytes + bytes > MOST_BYTES) return;
    try {
      const frame = framed(writtenRecord({ call, fingerprint, result }));
      await this.file.appendFile(frame);
      this.places.set(call, { start: this.bytes + FRAME_HEAD, length: frame.length - FRAME_HEAD });
      this.bytes += frame.length;
      if (performance.now() - this.lastSync < LONGEST_UNSAFE) return;
      await this.file.datasync();
      this.lastSync = performance.now();
    } catch (error) {
      throw this.failure(error, this);
    }
  }

  /** Makes durable what is kept, and closes the file. */
  async close(): Promise<void> {
    await this.file.datasync().catch(() => {});
    await this.file.close();
  }
}
