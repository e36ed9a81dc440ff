import { renameSync } from 'node:fs';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { flushFolder, writeDurably } from './durable-files.js';
import { codeOf, notWritable } from './file-errors.js';
import type { Files } from './file-maker.js';
import type { JournalFile } from './journal-file.js';
import { adviceFor, openJournal, removeJournal } from './open-journal.js';
import type { RunIdentity } from './run-identity.js';
import { refuseStanding } from './standing-folder.js';
import { takeWorkPlace, type WorkPlace } from './work-place.js';

/** A place for a result folder that is known to be writable, and that no one else writes. */
export interface ReservedFolder {
  /** Where the calls of the run's backend are kept; absent for a run that has ended already. */
  readonly journal?: JournalFile | undefined;
  /**
   * Writes the folder whole: the files reach the disk beside it, and only then it gets its name.
   *
   * @param files contents by file name
   * @param signal aborting it before the folder has its name leaves nothing but the journal
   * @throws InvalidInputError when it cannot be written after all, a full disk for one
   */
  write(files: Files, signal?: AbortSignal): Promise<void>;
  /**
   * Gives the place back; what was written stays, and so does the journal of a run that did not get that far.
   *
   * @returns whether a journal was left, so that the run can go on
   */
  release(): Promise<boolean>;
}

/** What to do about what is there already. */
export interface ReserveOptions {
  /** Replaces another result, and begins anew where a run was cut off. */
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
 * @throws InvalidInputError saying what is in the way; nothing is left behind then
 */
export async function reserveResultFolder(
  folder: string,
  options: ReserveOptions = {},
): Promise<ReservedFolder> {
  if (folder.trim() === '' || folder.includes('\0'))
    throw new InvalidInputError('--out', folder, 'the name of a folder');
  const path = resolve(folder);
  const mayReplace = options.force === true;
  await refuseStanding(path, folder, mayReplace);
  const place = await takeWorkPlace(path, folder).catch((error) => {
    throw error instanceof InvalidInputError ? error : notWritable(folder, error);
  });
  let journal: JournalFile | undefined;
  try {
    // Once more, for an interrupted replacement may have been undone.
    await refuseStanding(path, folder, mayReplace);
    journal = await openJournal(place, folder, options);
  } catch (error) {
    place.leave();
    throw codeOf(error) === undefined ? error : notWritable(folder, error);
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
    journal,
    async write(files, signal) {
      try {
        await mkdir(place.fresh);
        await writeDurably(place.fresh, files, signal);
        signal?.throwIfAborted();
        await giveName(place, path, folder, mayReplace);
        written = true;
      } catch (error) {
        await rm(place.fresh, { recursive: true, force: true }).catch(() => {});
        throw codeOf(error) === undefined ? error : notWritable(folder, error, adviceFor(journal));
      }
    },
    release() {
      released ??= release();
      return released;
    },
  };
}

/**
 * Gives the written folder its name. A result that has the name steps aside first, and comes back if the new one cannot take its
 * place: the two renamings follow each other without a pause, and whoever comes after a power cut between them undoes the first.
 */
async function giveName(place: WorkPlace, path: string, folder: string, mayReplace: boolean): Promise<void> {
  const replaced = await refuseStandingNow(path, folder, mayReplace);
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

/** Where nothing may be replaced, the system itself refuses to rename onto a folder that was filled meanwhile. */
async function refuseStandingNow(path: string, folder: string, mayReplace: boolean) {
  return mayReplace ? refuseStanding(path, folder, true) : undefined;
}
