import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const LONGEST_WAIT = 3000;

/**
 * The commit of the checkout from which overtrain runs, `-dirty` after it where tracked files were changed; null where it
 * runs from a package or git cannot tell.
 */
export function gitCommit(): Promise<string | null> {
  found ??= askGit();
  return found;
}

let found: Promise<string | null> | undefined;

async function askGit(): Promise<string | null> {
  // Otherwise git would tell the commit of whatever repository the package is installed in.
  if (!existsSync(`${ROOT}/.git`)) return null;
  try {
    const argv = ['--no-optional-locks', 'describe', '--always', '--dirty', '--abbrev=40', '--exclude', '*'];
    const { stdout } = await promisify(execFile)('git', argv, { cwd: ROOT, timeout: LONGEST_WAIT });
    return /^[0-9a-f]{40,64}(-dirty)?$/.exec(stdout.trim())?.[0] ?? null;
  } catch {
    return null;
  }
}
