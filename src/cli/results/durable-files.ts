import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Files } from './file-maker.js';

/**
 * Writes files into a folder that exists, and waits until they are on the disk.
 *
 * @param signal aborting it ends the writing between two files
 */
export async function writeDurably(folder: string, files: Files, signal?: AbortSignal): Promise<void> {
  for (const [name, contents] of files) {
    signal?.throwIfAborted();
    const file = await open(join(folder, name), 'wx');
    try {
      await file.writeFile(contents);
      await file.sync();
    } finally {
      await file.close();
    }
  }
  await flushFolder(folder);
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
