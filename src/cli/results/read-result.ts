import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { RunDocument } from '../../sim/scenario/run-document.js';
import type { Row, Table } from '../../sim/scenario/table.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { oneLine } from '../output/cell-width.js';
import { refuseNesting } from '../output/error-line.js';
import { csvText } from '../output/text-table.js';
import { shellWord } from '../settings/run-request.js';
import type { SweepSummary } from '../sweep-figures/sweep-rows.js';
import { checksumOf, codeOf, partialFolder, readBounded } from './files.js';
import {
  type FileSeal,
  FOLDER_VERSION,
  type FolderRecord,
  identityDifference,
  isSealed,
  RUN_FILE,
  type RunIdentity,
} from './run-files.js';

/** A result folder's `run.json` as this program understands it; version 1 had no more than the command beside the document. */
export type StoredFile = RunDocument & { readonly command: string; readonly sweep?: SweepSummary } & (
    | ({ readonly checksum: string } & FolderRecord)
    | { readonly folder?: undefined }
  );

// `constructor` and the like would be harmless as own keys, but no scenario is named so.
const PLAIN_NAME = /^(?!__proto__$)[A-Za-z0-9][\w.-]{0,200}$/;
const plainName = z.string().regex(PLAIN_NAME);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const finite = z.number();
/** Axes and results that figures can be asked for. */
const MOST_SWEPT = 200;

const column = z.object({ name: z.string(), unit: z.string(), description: z.string() });

/** Hand-made, since a table may have a million cells. */
const rows = z.custom<readonly Row[]>((value) => Array.isArray(value) && value.every(isRow));

function isRow(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (cell) => cell === null || typeof cell === 'number' || typeof cell === 'string' || typeof cell === 'boolean',
    )
  );
}

const table = z
  .object({ columns: z.array(column), rows })
  .refine((value) => value.rows.every((row) => row.length === value.columns.length), {
    error: 'a row has more or fewer cells than there are columns',
  });

const columnName = z.string().nullable();

/** Characters of a sweep file that a run file repeats. */
export const MOST_FILE_TEXT = 2 ** 16;

/** Of a sweep; columns that are not there are found missing when they are drawn. */
const sweep = z.object({
  points: z.number().int().min(0),
  rows: z.number().int().min(0),
  table: z.enum(['points', 'cells']),
  axes: z
    .array(
      z.object({
        column: z.string(),
        form: z.enum(['grid', 'list', 'zip', 'random', 'row']),
        scale: z.enum(['linear', 'log']).nullable(),
      }),
    )
    .max(MOST_SWEPT),
  results: z
    .array(z.object({ name: z.string(), theory: columnName, simulation: columnName, error: columnName }))
    .max(MOST_SWEPT),
  file: z.string().max(MOST_FILE_TEXT).optional(),
});

const document = z.looseObject({
  schema: z.literal(1),
  scenario: z.string().regex(/^[a-z][a-z0-9-]{0,60}$/),
  params: z.record(z.string(), z.unknown()),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  compute: z.object({
    engine: z.enum(['exact', 'modes', 'matrix']),
    backend: z.string(),
    requested: z.string(),
    device: z.string(),
    precision: z.enum(['f32', 'f64']),
    reason: z.string(),
  }),
  tables: z.record(plainName, table),
  checks: z.array(
    z.object({
      claim: z.string(),
      verdict: z.enum(['holds', 'fails', 'not-applicable']),
      margin: finite.nullable(),
      tolerance: finite.nullable(),
      reason: z.string(),
    }),
  ),
  warnings: z.array(z.string()),
  diverged: z.array(z.object({ network: z.string(), step: z.number(), learning_rate: finite.nullable() })),
  versions: z.record(z.string(), z.string()),
  network_steps: z.number().min(0).default(0),
  elapsed_ms: z.number().min(0),
  command: z.string(),
  sweep: sweep.optional(),
});

const folderRecord = {
  folder: z.literal(FOLDER_VERSION),
  git_commit: z.string().nullable(),
  finished: z.string(),
  files: z.record(plainName, z.object({ bytes: z.number().int().min(0), sha256 })),
  checksum: sha256,
};

/** `run.json` of the version before there were checksums. */
export const firstVersion = document.extend({ folder: z.undefined().optional() });

/** `run.json` of the version that is written now. */
export const thisVersion = document.extend(folderRecord);

/** A run as a result folder keeps it. */
export interface StoredRun {
  readonly folder: string;
  /** Version of the folder's form. */
  readonly version: number;
  readonly document: RunDocument;
  readonly command: string;
  /** Commit of overtrain's checkout; null for a package or where it was not kept. */
  readonly gitCommit: string | null;
  /** When the run had ended, ISO 8601; null where that was not kept. */
  readonly finished: string | null;
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
 * written; the other files are compared with their checksums, and a difference is reported in `problems`.
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
  } = { git_commit: null, finished: null, files: undefined, checksum: undefined, sweep: undefined, ...stored };
  if (version === FOLDER_VERSION && !isSealed(text))
    throw damaged(folder, 'an unchanged run.json (its checksum does not match)', command);
  const names = files === undefined ? Object.keys(document.tables).map((name) => `${name}.csv`) : Object.keys(files);
  const problems: string[] = [];
  const again = sweep === undefined ? '--force' : '--resume';
  for (const name of names) {
    const path = join(folder, name);
    const problem =
      files === undefined
        ? unsealedProblem(path, document.tables[name.slice(0, -'.csv'.length)]!)
        : sealedProblem(path, files[name]!);
    const found = await problem.catch(unreadable);
    if (found !== undefined)
      problems.push(`${name} ${found}; to rewrite it: ${command} --out ${shellWord(folder)} ${again}`);
  }
  const record = { gitCommit: git_commit, finished, files: [RUN_FILE, ...names], problems };
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
  if (existsSync(replaced)) return `a replacement was cut off; the earlier run is intact in ${replaced}`;
  if (existsSync(journal)) return 'its run was cut off: repeat the command with --resume';
  return undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is none; "overtrain run … --out" writes one',
  ENOTDIR: 'this is a file; name the folder that it is in',
  EISDIR: 'run.json is a folder',
  ENOTFILE: 'run.json is neither a file nor a link to one',
  EFBIG: `run.json has more than ${MOST_BYTES} bytes, which no run writes`,
  ELOOP: 'its links form a cycle',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENAMETOOLONG: 'the name is too long',
};

function parse(folder: string, text: string): StoredFile {
  if (text.trim() === '') throw damaged(folder, 'a complete run.json (it is empty)', undefined);
  let content: unknown;
  try {
    refuseNesting(text, DEEPEST);
    content = JSON.parse(text);
  } catch (error) {
    const reason = /[}\]]\s*$/.test(text) ? messageOf(error) : 'it is truncated';
    throw damaged(folder, `a run.json that is valid JSON (${reason})`, undefined);
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
    `a valid run.json (${oneLine(place, 60)}: ${oneLine(issue?.message ?? '', 100)})`,
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

/** What is wrong with a file, if anything. */
async function sealedProblem(path: string, { bytes, sha256 }: FileSeal): Promise<string | undefined> {
  const found = await checksumOf(path, bytes);
  if (found === undefined) return `no longer has its ${bytes} bytes`;
  return found === sha256 ? undefined : CHANGED;
}

/** The same for the first version, which kept no checksums, but every table twice. */
async function unsealedProblem(path: string, contents: Table): Promise<string | undefined> {
  // JSON has no negative zero.
  const found = (await readBounded(path, MOST_BYTES)).toString('utf8').replace(/(^|,)-0(?=,|$)/gm, '$10');
  return found === csvText(contents) ? undefined : CHANGED;
}

const CHANGED = 'was changed after the run (it differs from what was written)';

function unreadable(error: unknown): string {
  const code = codeOf(error);
  return code === 'ENOENT' ? 'is missing' : `cannot be read (${code ?? messageOf(error)})`;
}

function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error), 100);
}

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
