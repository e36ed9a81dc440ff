import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/**
 * Opens a regular file for reading; whatever else has that name, a pipe or a device, is not waited for.
 *
 * @throws Error with the `code` of the system, or `ENOTFILE`
 */
async function openRegular(path: string): Promise<{ file: FileHandle; size: number }> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const entry = await file.stat();
    if (!entry.isFile()) throw Object.assign(new Error('not a regular file'), { code: 'ENOTFILE' });
    return { file, size: entry.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Reads a file that may be anything, of up to `most` bytes.
 *
 * @throws Error with the `code` of the system, `ENOTFILE` where it is no regular file, `EFBIG` where it is larger
 */
export async function readBounded(path: string, most: number): Promise<Buffer> {
  const { file, size } = await openRegular(path);
  try {
    if (size > most) throw Object.assign(new Error(`${size} bytes`), { code: 'EFBIG' });
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * SHA-256 of a file of a known size; undefined, without reading it, where it has another.
 *
 * @throws Error with the `code` of the system, or `ENOTFILE`
 */
export async function checksumOf(path: string, bytes: number): Promise<string | undefined> {
  const { file, size } = await openRegular(path);
  try {
    if (size !== bytes) return undefined;
    const hash = createHash('sha256');
    // A file that grows meanwhile is read to its expected end only.
    if (bytes > 0)
      for await (const part of file.createReadStream({ start: 0, end: bytes - 1, autoClose: false }))
        hash.update(part);
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}
