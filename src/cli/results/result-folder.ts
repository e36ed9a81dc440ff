import { renameSync, rmdirSync, rmSync } from 'node:fs';
import { lstat, mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InvalidInputError } from '../../theory/invalid-input.js';
import {
  codeOf,
  type Files,
  flushFolder,
  makeFolders,
  notWritable,
  type PartialFolder,
  partialFolder,
  writeDurably,
} from './files.js';
import { type FolderLock, LockedFolder, lockFolder } from './folder-lock.js';
import { JournalFile } from './journal-file.js';
import { identityDifference, RUN_FILE, type RunIdentity } from './run-files.js';

interface WorkPlace extends PartialFolder {
  /** Gives the place back, and removes it where nothing is left in it. Without waiting, for a process that ends. */
  leave(): void;
}

const ATTEMPTS = 5;

/**
 * Makes the partial folder of a result and takes its lock. Where a replacement was cut off between its two steps, the earlier
 * result gets its name back.
 *
 * @param folder as the user wrote it
 * @throws InvalidInputError naming the process that works on it, if one does
 * @throws Error with the `code` of the system
 */
async function takeWorkPlace(path: string, folder: string): Promise<WorkPlace> {
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
      `a folder that no one else is working on: ${error.message} (if it is gone, remove ${error.file})`,
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

const NEW_OR_EMPTY = 'a folder that does not exist yet or is empty';

/**
 * Makes sure that a result folder may be written at a place.
 *
 * @param mayReplace whether a result that stands there may go
 * @returns names of the files of that result, where there is one
 * @throws InvalidInputError if anything else is there
 */
async function refuseStanding(
  path: string,
  folder: string,
  mayReplace: boolean,
): Promise<readonly string[] | undefined> {
  const names = await namesIn(path, folder);
  if (names.length === 0) return undefined;
  if (!names.includes(RUN_FILE)) throw refusal(folder, `${NEW_OR_EMPTY}; this one holds files`);
  if (!mayReplace) throw refusal(folder, `${NEW_OR_EMPTY}; this one holds a run (--force replaces it)`);
  // Loaded only here, for it brings the schemas along.
  const { readResult } = await import('./read-result.js');
  const { files } = await readResult(folder);
  const foreign = names.find((name) => !files.includes(name));
  if (foreign !== undefined)
    throw refusal(folder, `a folder that holds only the run that --force replaces; move ${foreign} elsewhere`);
  return files;
}

async function namesIn(path: string, folder: string): Promise<readonly string[]> {
  try {
    const entry = await lstat(path);
    if (!entry.isDirectory()) throw refusal(folder, `${NEW_OR_EMPTY}; this is a file or a link`);
    return await readdir(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw notWritable(folder, error);
  }
}

function refusal(folder: string, allowed: string): InvalidInputError {
  return new InvalidInputError('--out', folder, allowed);
}

/**
 * Opens the journal of a run, and decides what comes of one that a run before has left: with `resume` the same run continues, with
 * `force` it is thrown away, and otherwise it is refused unless it is empty.
 *
 * @returns undefined where there is no run to compute
 * @throws InvalidInputError where there is a journal already, or one of another run
 */
async function openJournal(
  place: WorkPlace,
  folder: string,
  { force, resume, run }: ReserveOptions,
): Promise<JournalFile | undefined> {
  if (force) removeJournal(place);
  const isThere = (await stat(place.journal).catch(() => undefined)) !== undefined;
  if (run === undefined && !isThere) return undefined;
  const open = (identity: RunIdentity | null) =>
    JournalFile.open(place.journal, JSON.stringify(identity), (error, journal) =>
      notWritable(folder, error, adviceFor(journal)),
    );
  const journal = await open(run ?? null);
  try {
    if (journal.size === 0) {
      await journal.close();
      removeJournal(place);
      return run === undefined ? undefined : await open(run);
    }
    if (!resume || run === undefined)
      throw new InvalidInputError(
        '--out',
        folder,
        'a folder without an unfinished run; the run here was cut off (--resume continues it, --force starts over)',
      );
    const difference = identityDifference(identityIn(journal.run), run);
    if (difference !== undefined)
      throw new InvalidInputError(
        '--resume',
        folder,
        `the run that was cut off there, which differs in ${difference} (--force starts over)`,
      );
    return journal;
  } catch (error) {
    await journal.close().catch(() => {});
    throw error;
  }
}

/** What to do when there is no room: what was computed is not lost. */
function adviceFor(journal: JournalFile | undefined): string {
  if (journal === undefined || journal.size === 0) return '';
  return 'nothing computed is lost: free some space, then repeat the command with --resume';
}

/** Removes the journal; without waiting, for a process that ends. */
function removeJournal({ journal }: WorkPlace): void {
  rmSync(journal, { force: true });
}

function identityIn(text: string): Partial<RunIdentity> {
  try {
    return { ...JSON.parse(text) };
  } catch {
    return {};
  }
}

export interface ReserveOptions {
  /** Replaces another result, and starts over where a run was cut off. */
  readonly force?: boolean;
  /** Goes on with a run that was cut off. */
  readonly resume?: boolean;
  /** The run, for one that is to be computed; its journal is opened. */
  readonly run?: RunIdentity;
}

/**
 * Makes sure, before anything is computed, that a result folder can be written, by taking the hidden folder beside it in which
 * it comes to be.
 *
 * @throws InvalidInputError saying what is already there; nothing is left behind then
 */
export async function reserveResultFolder(folder: string, options: ReserveOptions = {}) {
  if (folder.trim() === '' || folder.includes('\0'))
    throw new InvalidInputError('--out', folder, 'the name of a folder');
  const path = resolve(folder);
  const mayReplace = options.force === true;
  await refuseStanding(path, folder, mayReplace);
  const place = await takeWorkPlace(path, folder).catch((error) => {
    throw notWritable(folder, error);
  });
  let journal: JournalFile | undefined;
  try {
    // Once more, for an interrupted replacement may have been undone.
    await refuseStanding(path, folder, mayReplace);
    journal = await openJournal(place, folder, options);
  } catch (error) {
    place.leave();
    throw notWritable(folder, error);
  }
  // A second Ctrl-C ends the process without waiting for anything.
  const leaveAtExit = () => {
    if (journal === undefined || journal.size === 0) removeJournal(place);
    place.leave();
  };
  process.once('exit', leaveAtExit);
  let written = false;
  const release = async () => {
    process.off('exit', leaveAtExit);
    await journal?.close();
    const isLeft = !written && journal !== undefined && journal.size > 0;
    if (!isLeft) removeJournal(place);
    place.leave();
    return isLeft;
  };
  let released: Promise<boolean> | undefined;
  return {
    /** Where the calls of the run's backend are kept; undefined for a run that has ended already. */
    journal,
    /**
     * Writes the folder whole: the files reach the disk beside it, and only then it gets its name.
     *
     * @param signal aborting it before the folder has its name leaves nothing but the journal
     * @throws InvalidInputError when it cannot be written after all, a full disk for one
     */
    async write(files: Files, signal?: AbortSignal): Promise<void> {
      try {
        await mkdir(place.fresh);
        await writeDurably(place.fresh, files, signal);
        signal?.throwIfAborted();
        await giveName(place, path, folder, mayReplace);
        written = true;
      } catch (error) {
        await rm(place.fresh, { recursive: true, force: true }).catch(() => {});
        throw notWritable(folder, error, adviceFor(journal));
      }
    },
    /** Gives the place back; what was written stays, and so does the journal of a run that did not get that far, which is then true. */
    release(): Promise<boolean> {
      released ??= release();
      return released;
    },
  };
}

/** A place for a result folder that is known to be writable, and that no one else writes. */
export type ReservedFolder = Awaited<ReturnType<typeof reserveResultFolder>>;

/**
 * Gives the written folder its name. A result that has the name steps aside first, and comes back if the new one cannot take its
 * place: the two renamings follow each other without a pause, and the next command after a power cut between them undoes the first.
 */
async function giveName(place: WorkPlace, path: string, folder: string, mayReplace: boolean): Promise<void> {
  // Where nothing may be replaced, the system itself refuses to rename onto a folder that was filled meanwhile.
  const replaced = mayReplace ? await refuseStanding(path, folder, true) : undefined;
  if (replaced === undefined) renameSync(place.fresh, path);
  else {
    renameSync(path, place.replaced);
    try {
      renameSync(place.fresh, path);
    } catch (error) {
      renameSync(place.replaced, path);
      throw error;
    }
  }
  await flushFolder(dirname(path));
  if (replaced === undefined) return;
  for (const name of replaced) await rm(join(place.replaced, name), { force: true });
  await rmdir(place.replaced).catch(() => {});
}
