import { lstat, readdir } from 'node:fs/promises';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { codeOf, notWritable } from './file-errors.js';
import { RUN_FILE } from './run-files.js';

const NEW_OR_EMPTY = 'a folder that does not exist yet or is empty';

/**
 * Makes sure that a result folder may be written at a place.
 *
 * @param path absolute
 * @param folder as the user wrote it
 * @param mayReplace whether a result that stands there may go
 * @returns names of the files of that result, where there is one
 * @throws InvalidInputError for whatever else stands there
 */
export async function refuseStanding(
  path: string,
  folder: string,
  mayReplace: boolean,
): Promise<readonly string[] | undefined> {
  const names = await namesIn(path, folder);
  if (names.length === 0) return undefined;
  if (!names.includes(RUN_FILE)) throw refusal(folder, `${NEW_OR_EMPTY}; this one holds files`);
  if (!mayReplace)
    throw refusal(folder, `${NEW_OR_EMPTY}; this one holds files of a run (--force replaces it)`);
  // Loaded only here, for it brings the schemas along.
  const { readResult } = await import('./read-result.js');
  const { files } = await readResult(folder);
  const foreign = names.find((name) => !files.includes(name));
  if (foreign !== undefined)
    throw refusal(folder, `a folder with nothing but the run, which --force replaces; move away ${foreign}`);
  return files;
}

async function namesIn(path: string, folder: string): Promise<readonly string[]> {
  try {
    const entry = await lstat(path);
    if (!entry.isDirectory()) throw refusal(folder, `${NEW_OR_EMPTY}; this is a file or a link`);
    return await readdir(path);
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    if (codeOf(error) === 'ENOENT') return [];
    throw notWritable(folder, error);
  }
}

function refusal(folder: string, allowed: string): InvalidInputError {
  return new InvalidInputError('--out', folder, allowed);
}
