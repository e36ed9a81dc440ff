import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { codeOf, reasonOf } from '../results/file-errors.js';

/**
 * Writes a page whole or not at all; one that is there is replaced in one step.
 *
 * @throws InvalidInputError in one line where it cannot be written, and nothing is left behind then
 */
export async function writePage(file: string, contents: string): Promise<void> {
  if (file.trim() === '' || file.includes('\0'))
    throw new InvalidInputError('--html', file, 'the name of a file');
  const path = resolve(file);
  const partial = join(
    dirname(path),
    `.${basename(path).slice(0, 40)}.${randomBytes(6).toString('hex')}.partial`,
  );
  try {
    if ((await stat(path).catch(() => undefined))?.isDirectory())
      throw Object.assign(new Error('folder'), { code: 'EISDIR' });
    const handle = await open(partial, 'wx');
    try {
      await handle.writeFile(contents);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {});
    const code = codeOf(error);
    if (code === undefined) throw error;
    const reason = code === 'ENOENT' ? 'its folder does not exist' : reasonOf(code);
    throw new InvalidInputError('--html', file, `a file that can be written (${reason})`);
  }
}
