import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/*
 * Frames of files that are appended to: a body with its length and checksum before it, so that what a cut left half written is told
 * from what is whole.
 */

/** Bytes before the body of a frame: its length and its CRC-32. */
export const FRAME_HEAD = 8;

/** A body with its length and checksum before it. */
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
export async function readFrame(
  file: FileHandle,
  start: number,
  end: number,
  largest: number,
): Promise<Buffer | undefined> {
  if (start + FRAME_HEAD > end) return undefined;
  const head = Buffer.alloc(FRAME_HEAD);
  await file.read(head, 0, FRAME_HEAD, start);
  const length = head.readUInt32LE(0);
  if (length > largest || start + FRAME_HEAD + length > end) return undefined;
  const body = Buffer.alloc(length);
  const { bytesRead } = await file.read(body, 0, length, start + FRAME_HEAD);
  return bytesRead === length && crc32(body) === head.readUInt32LE(4) ? body : undefined;
}
