import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { reproducingCommand, shellWord } from '../run/reproduce.js';
import type { RunRequest } from '../settings/run-request.js';
import type { StoredRun } from './read-result.js';
import type { ReservedFolder } from './result-folder.js';

/** What the command line says about keeping a run. */
export interface KeepOptions {
  readonly out?: string;
  readonly resume?: true;
  readonly force?: true;
}

/**
 * Refuses options that contradict each other.
 *
 * @throws InvalidInputError
 */
export function refuseWithoutFolder({ out, resume, force }: KeepOptions): void {
  const option = resume ? '--resume' : '--force';
  if (resume && force)
    throw new InvalidInputError(option, '--resume --force', 'one of the two: one goes on, one begins anew');
  if ((resume || force) && out === undefined)
    throw new InvalidInputError(option, true, 'to be given together with --out');
}

/**
 * Reserves the folder of `--out`; undefined without it.
 *
 * @throws InvalidInputError saying what is in the way
 */
export async function reserveFolder(
  request: RunRequest,
  { out, resume, force }: KeepOptions,
): Promise<ReservedFolder | undefined> {
  if (out === undefined) return undefined;
  // Loaded only here, since most runs keep nothing.
  const { reserveResultFolder, runIdentity } = await import('./result-folder.js');
  const run = await runIdentity(request);
  return reserveResultFolder(out, { run, resume: resume === true, force: force === true });
}

/**
 * The run in the folder, where the user asked to go on with one that has ended.
 *
 * @throws InvalidInputError where the folder holds another run or is damaged
 */
export async function finishedRun(
  request: RunRequest,
  { out, resume }: KeepOptions,
): Promise<StoredRun | undefined> {
  if (!resume || out === undefined) return undefined;
  const [{ RUN_FILE }, { runIdentity }, { sameFinishedRun }] = await Promise.all([
    import('./run-files.js'),
    import('./result-folder.js'),
    import('./same-finished-run.js'),
  ]);
  if (!existsSync(join(out, RUN_FILE))) return undefined;
  return sameFinishedRun(out, await runIdentity(request));
}

/** The command that goes on with a run. */
export function resumingCommand(request: RunRequest, { out }: KeepOptions): string {
  return `${reproducingCommand(request, undefined)} --out ${shellWord(out ?? '')} --resume`;
}
