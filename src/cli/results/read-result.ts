import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RunDocument } from '../../sim/scenario/run-document.js';
import type { Table } from '../../sim/scenario/table.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { isNestedDeeper } from '../nesting.js';
import { oneLine } from '../one-line.js';
import { csvText } from '../output/csv.js';
import { shellWord } from '../reproduce.js';
import type { SweepSummary } from '../sweep-figures/sweep-summary.js';
import { checksumOf, readBounded } from './bounded-file.js';
import { codeOf } from './file-errors.js';
import { partialFolder } from './partial-folder.js';
import { RUN_FILE } from './run-files.js';
import { type FileSeal, FOLDER_VERSION, isSealed } from './run-json.js';
import { firstVersion, type StoredFile, thisVersion } from './stored-schema.js';

/** A run as a result folder keeps it. */
export interface StoredRun {
  /** As it was given. */
  readonly folder: string;
  /** Version of the folder's form. */
  readonly version: number;
  readonly document: RunDocument;
  /** The command line that gives the run again. */
  readonly command: string;
  /** Commit of overtrain's checkout; null for a package or where it was not kept. */
  readonly gitCommit: string | null;
  /** When the run had ended, ISO 8601; null where that was not kept. */
  readonly finished: string | null;
  /** Names of all files of the run. */
  readonly files: readonly string[];
  /** What is wrong with files other than `run.json`, each in one line with the repair; the document is whole all the same. */
  readonly problems: readonly string[];
  /** What a sweep varies; undefined for a single run. */
  readonly sweep?: SweepSummary | undefined;
}

const MOST_BYTES = 256 * 2 ** 20;
const DEEPEST = 32;

/**
 * Reads a result folder of this version or an older one. The document comes from `run.json` alone, which must be as it was
 * written; the other files are compared with their checksums, and where one differs that is told in `problems`.
 *
 * @throws InvalidInputError in one line that names the file and the repair, where `run.json` is missing, damaged, changed, too
 *   large, or of a newer version
 */
export async function readResult(folder: string): Promise<StoredRun> {
  const text = await readRunFile(folder);
  const stored = parse(folder, text);
  const {
    folder: version = 1,
    command,
    git_commit,
    finished,
    files,
    checksum: _,
    sweep,
    ...document
  } = {
    git_commit: null,
    finished: null,
    files: undefined,
    checksum: undefined,
    sweep: undefined,
    ...stored,
  };
  if (version === FOLDER_VERSION && !isSealed(text))
    throw damaged(folder, 'an unchanged run.json (its checksum is of another text)', command);
  const checks =
    files === undefined
      ? Object.entries(document.tables).map(([name, table]) => unsealedCsv(folder, name, table))
      : Object.entries(files).map(([name, known]) => sealedFile(folder, name, known));
  const problems: string[] = [];
  const again = sweep === undefined ? '--force' : '--resume';
  for (const { name, problem } of checks) {
    const found = await problem().catch(unreadable);
    if (found !== undefined)
      problems.push(`${name} ${found}; to write it anew: ${command} --out ${shellWord(folder)} ${again}`);
  }
  const kept = [RUN_FILE, ...checks.map(({ name }) => name)];
  const record = { gitCommit: git_commit, finished, files: kept, problems };
  return { folder, version, document, command, ...record, ...(sweep === undefined ? {} : { sweep }) };
}

async function readRunFile(folder: string): Promise<string> {
  if (folder.trim() === '' || folder.includes('\0'))
    throw new InvalidInputError('folder', folder, 'the name of a result folder');
  try {
    return (await readBounded(join(folder, RUN_FILE), MOST_BYTES)).toString('utf8');
  } catch (error) {
    const code = codeOf(error) ?? 'unknown error';
    const reason = (code === 'ENOENT' ? unfinished(folder) : undefined) ?? REASONS[code] ?? code;
    throw new InvalidInputError('folder', folder, `a folder with a ${RUN_FILE} (${reason})`);
  }
}

/** What a run that was cut off has left beside the folder that it did not get to write. */
function unfinished(folder: string): string | undefined {
  const { replaced, journal } = partialFolder(resolve(folder));
  if (existsSync(replaced)) return `a replacement was cut off; the earlier run is whole in ${replaced}`;
  if (existsSync(journal)) return 'its run was cut off: repeat the command with --resume';
  return undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is none; "overtrain run … --out" writes one',
  ENOTDIR: 'this is a file; name the folder that it is in',
  EISDIR: 'run.json is a folder',
  ENOTFILE: 'run.json is neither a file nor a link to one',
  EFBIG: `run.json has more than ${MOST_BYTES} bytes, which no run writes`,
  ELOOP: 'its links lead in a circle',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENAMETOOLONG: 'the name is too long',
};

function parse(folder: string, text: string): StoredFile {
  if (text.trim() === '') throw damaged(folder, 'a whole run.json (it is empty)', undefined);
  let content: unknown;
  try {
    if (isNestedDeeper(text, DEEPEST)) throw new Error(`brackets more than ${DEEPEST} deep`);
    content = JSON.parse(text);
  } catch (error) {
    const reason = /[}\]]\s*$/.test(text) ? messageOf(error) : 'it is cut short';
    throw damaged(folder, `a run.json that is JSON (${reason})`, undefined);
  }
  const { schema, folder: version } = { ...(content as { schema?: unknown; folder?: unknown }) };
  if (isNewer(schema, 1) || isNewer(version, FOLDER_VERSION)) {
    const form = isNewer(schema, 1) ? `schema ${schema}` : `folder version ${version}`;
    const mine = isNewer(schema, 1) ? 'schema 1' : `version ${FOLDER_VERSION}`;
    throw new InvalidInputError(
      'folder',
      folder,
      `a result of this version of overtrain or an older one (run.json has ${form}, this one reads up to ${mine}: update overtrain)`,
    );
  }
  const parsed = (version === undefined ? firstVersion : thisVersion).safeParse(content);
  if (parsed.success) return parsed.data as unknown as StoredFile;
  const [issue] = parsed.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.join('.');
  const command = (content as { command?: unknown } | null)?.command;
  throw damaged(
    folder,
    `a run.json as overtrain wrote it (${oneLine(place, 60)}: ${oneLine(issue?.message ?? '', 100)})`,
    typeof command === 'string' ? command : undefined,
  );
}

function isNewer(version: unknown, known: number): boolean {
  return typeof version === 'number' && version > known;
}

function damaged(folder: string, wanted: string, command: string | undefined): InvalidInputError {
  const again = command?.startsWith('overtrain run ') ? oneLine(command, 200) : 'overtrain run …';
  const repair = `restore it, or remove the folder and repeat: ${again} --out DIR`;
  return new InvalidInputError('folder', folder, `${wanted}; ${repair}`);
}

interface FileCheck {
  readonly name: string;
  /** What is wrong with the file, if anything. */
  problem(): Promise<string | undefined>;
}

function sealedFile(folder: string, name: string, { bytes, sha256 }: FileSeal): FileCheck {
  return {
    name,
    async problem() {
      const found = await checksumOf(join(folder, name), bytes);
      if (found === undefined) return `does not have its ${bytes} bytes any more`;
      return found === sha256 ? undefined : CHANGED;
    },
  };
}

/** The first version kept no checksums, but every table twice. */
function unsealedCsv(folder: string, table: string, contents: Table): FileCheck {
  const name = `${table}.csv`;
  return {
    name,
    async problem() {
      const text = (await readBounded(join(folder, name), MOST_BYTES)).toString('utf8');
      // JSON has no negative zero.
      const found = text.replace(/(^|,)-0(?=,|$)/gm, '$10');
      return found === csvText(contents) ? undefined : CHANGED;
    },
  };
}

const CHANGED = 'was changed after the run (it differs from what was written)';

function unreadable(error: unknown): string {
  const code = codeOf(error);
  return code === 'ENOENT' ? 'is missing' : `cannot be read (${code ?? messageOf(error)})`;
}

function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error), 100);
}
