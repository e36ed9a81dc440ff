import { rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { notWritable } from './file-errors.js';
import { JournalFile } from './journal-file.js';
import type { ReserveOptions } from './result-folder.js';
import { identityDifference, type RunIdentity } from './run-identity.js';
import type { WorkPlace } from './work-place.js';

/**
 * Opens the journal of a run, and decides what comes of one that a run before has left: with `resume` the same run goes on, with
 * `force` it is thrown away, and otherwise it is in the way unless it is empty.
 *
 * @returns undefined where there is no run to compute
 * @throws InvalidInputError where a journal is in the way or of another run
 */
export async function openJournal(
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
        'a folder without an unfinished run; this one was cut off (--resume goes on with it, --force begins anew)',
      );
    const difference = identityDifference(identityIn(journal.run), run);
    if (difference !== undefined)
      throw new InvalidInputError(
        '--resume',
        folder,
        `the run that was cut off there, which differs in ${difference}; --force begins anew`,
      );
    return journal;
  } catch (error) {
    await journal.close().catch(() => {});
    throw error;
  }
}

/** What to do when there is no room: what was computed is not lost. */
export function adviceFor(journal: JournalFile | undefined): string {
  if (journal === undefined || journal.size === 0) return '';
  return 'nothing computed is lost: make room, then repeat the command with --resume';
}

/** Removes the journal; without waiting, for a process that ends. */
export function removeJournal({ journal }: WorkPlace): void {
  rmSync(journal, { force: true });
}

function identityIn(text: string): Partial<RunIdentity> {
  try {
    return { ...JSON.parse(text) };
  } catch {
    return {};
  }
}
