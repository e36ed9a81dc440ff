import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, lstat, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InvalidInputError } from '../../theory/invalid-input.js';

const OPTION = '--out';
const NEW_OR_EMPTY = 'a folder that does not exist yet or is empty';

/**
 * Makes sure, before anything is computed, that a result folder can be written: it must not exist or be empty, and the
 * nearest folder above it that exists must be writable.
 *
 * @throws InvalidInputError saying what is in the way
 */
export async function checkResultFolder(folder: string): Promise<void> {
  if (folder.trim() === '' || folder.includes('\0'))
    throw new InvalidInputError(OPTION, folder, 'the name of a folder');
  const path = resolve(folder);
  try {
    const entry = await lstat(path);
    if (!entry.isDirectory())
      throw new InvalidInputError(OPTION, folder, `${NEW_OR_EMPTY}; this is a file or a link`);
    if ((await readdir(path)).length > 0)
      throw new InvalidInputError(OPTION, folder, `${NEW_OR_EMPTY}; this one holds files`);
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    if (codeOf(error) !== 'ENOENT') throw notWritable(folder, error);
  }
  await checkWritable(dirname(path), folder);
}

async function checkWritable(above: string, folder: string): Promise<void> {
  try {
    if (!(await stat(above)).isDirectory())
      throw new InvalidInputError(OPTION, folder, `a folder; ${above} is a file`);
    await access(above, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    if (codeOf(error) === 'ENOENT' && dirname(above) !== above) return checkWritable(dirname(above), folder);
    throw notWritable(folder, error);
  }
}

/**
 * Writes a result folder whole or not at all: the files go into a temporary folder beside it, reach the disk, and only then
 * the folder gets its name. Whatever goes wrong, nothing half-written stays.
 *
 * @param files contents by file name
 * @param signal aborting it before the folder has its name undoes everything
 * @throws InvalidInputError when the folder cannot be written
 */
export async function writeResultFolder(
  folder: string,
  files: ReadonlyMap<string, string>,
  signal?: AbortSignal,
): Promise<void> {
  const path = resolve(folder);
  const parent = dirname(path);
  // Named after the folder, so that whoever finds one after a power cut knows what it was.
  const stem = basename(path).slice(0, 40);
  const temporary = join(parent, `.${stem}.${randomBytes(6).toString('hex')}.partial`);
  let firstMade: string | undefined;
  try {
    firstMade = await mkdir(parent, { recursive: true });
    await mkdir(temporary);
    for (const [name, contents] of files) {
      signal?.throwIfAborted();
      await writeDurably(join(temporary, name), contents);
    }
    await flushFolder(temporary);
    signal?.throwIfAborted();
    await rename(temporary, path);
    await flushFolder(parent);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    if (firstMade !== undefined) await removeEmpty(parent, firstMade);
    if (codeOf(error) === undefined) throw error;
    throw notWritable(folder, error);
  }
}

/** Removes the folders from `lowest` up to `highest`, as far as they are empty. */
async function removeEmpty(lowest: string, highest: string): Promise<void> {
  try {
    await rmdir(lowest);
    if (lowest !== highest) await removeEmpty(dirname(lowest), highest);
  } catch {}
}

async function writeDurably(path: string, contents: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(contents);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes names in a folder durable; some systems cannot, and then their own care has to do. */
async function flushFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  } catch {}
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  EDQUOT: 'the quota is used up',
  ENAMETOOLONG: 'the name is too long',
  ENOTDIR: 'a part of the path is a file',
  ELOOP: 'too many links',
  ENOTEMPTY: 'someone else has filled it meanwhile',
  EEXIST: 'someone else has filled it meanwhile',
};

function notWritable(folder: string, error: unknown): InvalidInputError {
  const code = codeOf(error) ?? 'unknown error';
  return new InvalidInputError(OPTION, folder, `a folder that can be written (${REASONS[code] ?? code})`);
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
