import { InvalidInputError } from '../../theory/invalid-input.js';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  EDQUOT: 'the quota is used up',
  EFBIG: 'no file may be that large',
  EIO: 'the device reports an error',
  ENAMETOOLONG: 'the name is too long',
  ENOTDIR: 'a part of the path is a file',
  ELOOP: 'too many links',
  ENOTEMPTY: 'someone else has filled it meanwhile',
  EEXIST: 'a file is in the way',
  ENOENT: 'no folder can be made there',
  EISDIR: 'a folder is there',
};

/** Why the system refused something, in words. */
export function reasonOf(code: string): string {
  return REASONS[code] ?? code;
}

/**
 * The error for a folder of results that cannot be written.
 *
 * @param advice what to do about it, after the reason
 */
export function notWritable(folder: string, error: unknown, advice = ''): InvalidInputError {
  const reason = `${reasonOf(codeOf(error) ?? 'unknown error')}${advice === '' ? '' : `; ${advice}`}`;
  return new InvalidInputError('--out', folder, `a folder that can be written (${reason})`);
}

/** The code that the system gave to an error, such as `ENOSPC`. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
