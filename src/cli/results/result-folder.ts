import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { codeOf, notWritable } from './file-errors.js';
import type { Files } from './file-maker.js';

/** A place for a result folder that is known to be writable. */
export interface ReservedFolder {
  /**
   * Writes the folder whole: the files reach the disk in the temporary folder, and only then it gets its name.
   *
   * @param files contents by file name
   * @param signal aborting it before the folder has its name leaves nothing
   * @throws InvalidInputError when it cannot be written after all, a full disk for one
   */
  write(files: Files, signal?: AbortSignal): Promise<void>;
  /** Removes every trace of the reservation; what was written stays. */
  release(): Promise<void>;
}

const OPTION = '--out';
const NEW_OR_EMPTY = 'a folder that does not exist yet or is empty';

/**
 * Makes sure, before anything is computed, that a result folder can be written, by creating the temporary folder beside
 * it that will become it.
 *
 * @throws InvalidInputError saying what is in the way; nothing is left behind then
 */
export async function reserveResultFolder(folder: string): Promise<ReservedFolder> {
  if (folder.trim() === '' || folder.includes('\0'))
    throw new InvalidInputError(OPTION, folder, 'the name of a folder');
  const path = resolve(folder);
  await refuseFilled(path, folder);
  const parent = dirname(path);
  // Named after the folder, so that whoever finds one after a power cut knows what it was.
  const stem = basename(path).slice(0, 40);
  const temporary = join(parent, `.${stem}.${randomBytes(6).toString('hex')}.partial`);
  const made: string[] = [];
  // A second Ctrl-C ends the process without waiting for anything.
  const releaseAtExit = () => rmSync(temporary, { recursive: true, force: true });
  process.once('exit', releaseAtExit);
  const release = async () => {
    process.off('exit', releaseAtExit);
    await rm(temporary, { recursive: true, force: true });
    for (const empty of made.splice(0).reverse()) await rmdir(empty).catch(() => {});
  };
  try {
    await makeFolders(parent, made);
    await mkdir(temporary);
  } catch (error) {
    await release();
    throw notWritable(folder, error);
  }
  return {
    release,
    async write(files, signal) {
      try {
        for (const [name, contents] of files) {
          signal?.throwIfAborted();
          await writeDurably(join(temporary, name), contents);
        }
        await flushFolder(temporary);
        signal?.throwIfAborted();
        await rename(temporary, path);
        made.length = 0;
        await flushFolder(parent);
      } catch (error) {
        if (codeOf(error) === undefined) throw error;
        throw notWritable(folder, error);
      }
    },
  };
}

async function refuseFilled(path: string, folder: string): Promise<void> {
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
}

/**
 * Creates a folder and those above it that are missing. Node's own `recursive` never returns where a file system such as
 * `/proc` answers "no such folder" to every attempt.
 *
 * @param made receives the folders that were not there before, the highest first
 */
async function makeFolders(path: string, made: string[]): Promise<void> {
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

async function writeDurably(path: string, contents: string | Uint8Array): Promise<void> {
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
