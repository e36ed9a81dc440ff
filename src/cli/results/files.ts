import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { RunDocument } from '../../sim/scenario/run-document.js';
import { InvalidInputError } from '../../theory/invalid-input.js';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  EDQUOT: 'the disk quota is exceeded',
  EFBIG: 'the file is too large',
  EIO: 'the device reports an error',
  ENAMETOOLONG: 'the name is too long',
  ENOTDIR: 'part of the path is a file',
  ELOOP: 'too many links',
  ENOTEMPTY: 'someone else has filled it in the meantime',
  EEXIST: 'a file of that name exists',
  ENOENT: 'no folder can be created there',
  EISDIR: 'a folder of that name exists',
};

export function reasonOf(code: string): string {
  return REASONS[code] ?? code;
}

/**
 * The error for a folder of results that cannot be written; what the system did not refuse is returned as it is.
 *
 * @param advice what to do about it, after the reason
 */
export function notWritable(folder: string, error: unknown, advice = ''): Error {
  const code = codeOf(error);
  if (code === undefined) return error as Error;
  const reason = `${reasonOf(code)}${advice === '' ? '' : `; ${advice}`}`;
  return new InvalidInputError('--out', folder, `a writable folder (${reason})`);
}

/** The code that the system gave to an error, such as `ENOSPC`. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/**
 * Opens a regular file for reading; a pipe or a device of that name is not waited for.
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
      for await (const part of file.createReadStream({ start: 0, end: bytes - 1, autoClose: false })) hash.update(part);
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}

/**
 * Writes files into a folder that exists, and waits until they are on the disk.
 *
 * @param signal aborting it ends the writing between two files
 */
export async function writeDurably(folder: string, files: Files, signal?: AbortSignal): Promise<void> {
  for (const [name, contents] of files) {
    signal?.throwIfAborted();
    await writeWhole(join(folder, name), (file) => file.writeFile(contents));
  }
  await flushFolder(folder);
}

/**
 * Writes a file whole, or leaves what was there before: it is written under another name, and then given its own.
 *
 * @param beside folder in which it comes to be, on the same file system
 * @throws Error with the `code` of the system; nothing is left behind then
 */
export async function writeWhole(
  path: string,
  write: (file: FileHandle) => Promise<unknown>,
  beside = dirname(path),
): Promise<void> {
  const temporary = join(beside, `.${basename(path).slice(0, 40)}.${randomBytes(6).toString('hex')}.new`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** Makes names in a folder durable; some systems cannot, and then their own care has to do. */
export async function flushFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  } catch {}
}

/**
 * Creates a folder and those above it that are missing. Node's own `recursive` never returns where a file system such as
 * `/proc` answers "no such folder" to every attempt.
 *
 * @param made receives the folders that were not there before, the highest first
 */
export async function makeFolders(path: string, made: string[]): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) return;
  const above = dirname(path);
  if (above !== path) await makeFolders(above, made);
  try {
    await mkdir(path);
    made.push(path);
  } catch (error) {
    if (!(await stat(path).catch(() => undefined))?.isDirectory()) throw error;
  }
}

/** Contents of files by name; the names are plain, without folders. */
export type Files = ReadonlyMap<string, string | Uint8Array>;

/** Makes some of the files of a result folder from what the run found. */
export type FileMaker = (document: RunDocument) => Promise<Files>;

/** Where a result folder comes to be: a hidden folder beside it. */
export interface PartialFolder {
  readonly path: string;
  /** What the backend has computed so far. */
  readonly journal: string;
  /** The files, until the folder gets its name. */
  readonly fresh: string;
  /** The result that is replaced, until the new one has its name. */
  readonly replaced: string;
}

/**
 * The partial folder of a result folder. It is named after it, so that one found after a power cut says what it was, and
 * always the same, so that a run can continue.
 *
 * @param folder absolute path of the result folder
 */
export function partialFolder(folder: string): PartialFolder {
  const name = basename(folder);
  // Long names are cut, for a name has at most 255 bytes; what is left of two may be the same.
  const stem = [...name].slice(0, 40).join('');
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 12);
  const path = join(dirname(folder), `.${stem}.${digest}.partial`);
  return { path, journal: join(path, 'journal'), fresh: join(path, 'new'), replaced: join(path, 'old') };
}
