import { InvalidInputError } from '../../theory/invalid-input.js';
import { readResult, type StoredRun } from './read-result.js';
import { identityDifference, type RunIdentity } from './result-folder.js';

/**
 * The run that a folder holds, which has to be the one that is asked for.
 *
 * @throws InvalidInputError where it is another run, or the folder or a file of it is damaged
 */
export async function sameFinishedRun(folder: string, wanted: RunIdentity): Promise<StoredRun> {
  const stored = await readResult(folder);
  const [problem] = stored.problems;
  if (problem !== undefined) throw new InvalidInputError('--resume', folder, `an intact result; ${problem}`);
  const { scenario, params, seed, compute, versions } = stored.document;
  // What `auto` came to counts as well as the word.
  const kept: RunIdentity = {
    ...{ scenario, params, seed, versions },
    engine: wanted.engine === 'auto' ? 'auto' : compute.engine,
    backend: wanted.backend === compute.backend ? compute.backend : compute.requested,
    git_commit: stored.gitCommit,
  };
  const difference = identityDifference(kept, wanted);
  if (difference === undefined) return stored;
  throw new InvalidInputError(
    '--resume',
    folder,
    `the same run; the one there differs in ${difference} (--force replaces it)`,
  );
}
