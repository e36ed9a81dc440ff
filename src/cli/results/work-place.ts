import { rmdirSync, rmSync } from 'node:fs';
import { mkdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { makeFolders } from './durable-files.js';
import { codeOf } from './file-errors.js';
import { type FolderLock, LockedFolder, lockFolder } from './folder-lock.js';
import { type PartialFolder, partialFolder } from './partial-folder.js';

/** The partial folder of a result, locked. */
export interface WorkPlace extends PartialFolder {
  /** Gives the place back, and removes it where nothing is left in it. Without waiting, for a process that ends. */
  leave(): void;
}

const ATTEMPTS = 5;

/**
 * Makes the partial folder of a result and takes its lock. Where a replacement was cut off between its two steps, the earlier
 * result gets its name back.
 *
 * @param path absolute path of the result folder
 * @param folder as the user wrote it
 * @throws InvalidInputError naming the process that works on it, if one does
 * @throws Error with the `code` of the system
 */
export async function takeWorkPlace(path: string, folder: string): Promise<WorkPlace> {
  const place = partialFolder(path);
  const made: string[] = [];
  const removeEmpty = () => {
    for (const empty of [place.path, ...made.splice(0).reverse()]) {
      try {
        rmdirSync(empty);
      } catch {}
    }
  };
  try {
    await makeFolders(dirname(path), made);
    const lock = await makeAndLock(place.path);
    await rm(place.fresh, { recursive: true, force: true });
    await restoreReplaced(place, path);
    return {
      ...place,
      leave() {
        rmSync(place.fresh, { recursive: true, force: true });
        lock.release();
        removeEmpty();
      },
    };
  } catch (error) {
    removeEmpty();
    if (!(error instanceof LockedFolder)) throw error;
    throw new InvalidInputError(
      '--out',
      folder,
      `a folder that no one else works on: ${error.message} (if it is gone, remove ${error.file})`,
    );
  }
}

/** Someone who leaves may remove the folder between our two steps. */
async function makeAndLock(path: string): Promise<FolderLock> {
  for (let attempt = 1; ; attempt++) {
    await mkdir(path).catch((error) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    try {
      return await lockFolder(path);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error;
    }
  }
}

async function restoreReplaced({ replaced }: PartialFolder, path: string): Promise<void> {
  if ((await stat(replaced).catch(() => undefined)) === undefined) return;
  // An empty folder gives way; a filled one is the new result, and the old one has had its time.
  await rmdir(path).catch(() => {});
  if ((await stat(path).catch(() => undefined)) === undefined) await rename(replaced, path);
  else await rm(replaced, { recursive: true, force: true });
}
