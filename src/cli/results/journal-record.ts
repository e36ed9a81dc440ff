import { FRAME_HEAD } from './frames.js';

/** A call of a backend and what it gave. */
export interface JournalRecord {
  readonly call: number;
  /** 32 hexadecimal digits. */
  readonly fingerprint: string;
  readonly result: readonly Float64Array[];
}

/** Bytes of a record before the lengths of its arrays: call, fingerprint, number of arrays. */
const RECORD_HEAD = 4 + 16 + 4;

/** Bytes of a record in its frame. */
export function recordBytes(result: readonly Float64Array[]): number {
  return result.reduce((sum, values) => sum + 4 + values.byteLength, FRAME_HEAD + RECORD_HEAD);
}

/** A record as the body of a frame: numbers as they are in memory, so that they come back bit for bit. */
export function writtenRecord({ call, fingerprint, result }: JournalRecord): Buffer {
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

/** Whether the body of a frame is a record, as far as its lengths tell. */
export function isRecord(body: Buffer): boolean {
  if (body.length < RECORD_HEAD) return false;
  const count = body.readUInt32LE(20);
  let bytes = RECORD_HEAD + 4 * count;
  for (let index = 0; index < count && bytes <= body.length; index++)
    bytes += 8 * body.readUInt32LE(RECORD_HEAD + 4 * index);
  return bytes === body.length;
}

/** Reads the body of a frame back. */
export function readRecord(body: Buffer): JournalRecord {
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
