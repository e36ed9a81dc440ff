import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

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
