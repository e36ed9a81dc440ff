import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { versions } from '../../sim/backends/versions.js';
import type { RunDocument } from '../../sim/scenario/run-document.js';
import { figureFiles } from '../figures/figure-files.js';
import { csvText } from '../output/text-table.js';
import type { ResolvedRun } from '../settings/run-request.js';
import type { FileMaker, Files } from './files.js';
import { parquetFiles } from './parquet-files.js';

/** Every table of a run as CSV, `TABLE.csv`. */
export async function csvFiles({ tables }: RunDocument): Promise<Files> {
  return new Map(Object.entries(tables).map(([name, table]) => [`${name}.csv`, csvText(table)]));
}

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
  // Otherwise git would report the commit of the repository in which the package is installed.
  if (!existsSync(`${ROOT}/.git`)) return null;
  try {
    const argv = ['--no-optional-locks', 'describe', '--always', '--dirty', '--abbrev=40', '--exclude', '*'];
    const { stdout } = await promisify(execFile)('git', argv, { cwd: ROOT, timeout: LONGEST_WAIT });
    return /^[0-9a-f]{40,64}(-dirty)?$/.exec(stdout.trim())?.[0] ?? null;
  } catch {
    return null;
  }
}

/** What decides the numbers of a run, and nothing else. */
export interface RunIdentity {
  readonly scenario: string;
  readonly params: object;
  readonly seed: number;
  readonly engine: string;
  readonly backend: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly git_commit: string | null;
}

export async function runIdentity(request: ResolvedRun): Promise<RunIdentity> {
  const { scenario, parameters, seed, engine, backend } = request;
  const what = { scenario: scenario.id, params: parameters, seed, engine, backend };
  return { ...what, versions: versions(), git_commit: await gitCommit() };
}

const NAMES: Readonly<Record<keyof RunIdentity, string>> = {
  scenario: 'scenario',
  params: 'parameters',
  seed: 'seed',
  engine: 'engine',
  backend: 'backend',
  versions: 'versions of overtrain, Node or a library',
  git_commit: 'commit of overtrain',
};

/** Says in words what two runs differ in; undefined for the same run. Values are compared as JSON has them. */
export function identityDifference(kept: Partial<RunIdentity>, wanted: RunIdentity): string | undefined {
  const keys = Object.keys(NAMES) as (keyof RunIdentity)[];
  const different = keys.filter((key) => JSON.stringify(kept[key]) !== JSON.stringify(wanted[key]));
  return different.length === 0 ? undefined : different.map((key) => NAMES[key]).join(', ');
}

/** Version of the result folder that this program writes; `docs/results.md` has what changed between them. */
export const FOLDER_VERSION = 2;

export interface FileSeal {
  readonly bytes: number;
  readonly sha256: string;
}

/** What `run.json` has besides the document of the run. */
export interface FolderRecord {
  readonly folder: typeof FOLDER_VERSION;
  readonly command: string;
  /** Commit of the checkout from which overtrain ran, followed by `-dirty` where files were changed; null for a package. */
  readonly git_commit: string | null;
  readonly finished: string;
  readonly files: Readonly<Record<string, FileSeal>>;
}

const UNSEALED = '0'.repeat(64);
const SEAL = /^( {2}"checksum": ")([0-9a-f]{64})(",?)$/m;

/**
 * The text of `run.json`: JSON with one line for each row of a table, so that it reads well and compares line by line. Its
 * own `checksum` is the SHA-256 of this very text with 64 zeros in the place of the checksum.
 */
export function runJson(document: RunDocument, record: FolderRecord): string {
  const { tables, ...rest } = document;
  const head = JSON.stringify({ ...rest, ...record, checksum: UNSEALED }, null, 2).replace(/\n}$/, '');
  const body = Object.entries(tables).map(([name, { columns, rows }]) => {
    const lines = rows.map((row) => `        ${JSON.stringify(row)}`).join(',\n');
    return `    ${JSON.stringify(name)}: {\n      "columns": ${JSON.stringify(columns)},\n      "rows": [\n${lines}\n      ]\n    }`;
  });
  const text = `${head},\n  "tables": {\n${body.join(',\n')}\n  }\n}\n`;
  return text.replace(SEAL, (_, before, _zeros, after) => `${before}${sha256(text)}${after}`);
}

/** Whether a text is a `run.json` as it was written, to the last character. */
export function isSealed(text: string): boolean {
  const written = SEAL.exec(text)?.[2];
  return written !== undefined && written === sha256(text.replace(SEAL, `$1${UNSEALED}$3`));
}

export function seal(contents: string | Uint8Array): FileSeal {
  const bytes = typeof contents === 'string' ? Buffer.byteLength(contents) : contents.byteLength;
  return { bytes, sha256: sha256(contents) };
}

function sha256(contents: string | Uint8Array): string {
  return createHash('sha256').update(contents).digest('hex');
}

/** Everything that a result folder holds besides `run.json`. */
const fileMakers: readonly FileMaker[] = [csvFiles, parquetFiles, figureFiles];

/** Name of the file that says what the others are. */
export const RUN_FILE = 'run.json';

/**
 * The files of a result folder by name: every table as CSV and Parquet, every figure as Vega-Lite, SVG and PNG, and `run.json` with the whole document, the command that
 * gives it again, and the checksums of all others.
 */
export async function runFiles(
  document: RunDocument,
  command: string,
  makers: readonly FileMaker[] = fileMakers,
): Promise<Files> {
  const files = new Map<string, string | Uint8Array>();
  for (const make of makers) for (const [name, contents] of await make(document)) files.set(name, contents);
  const record = {
    folder: FOLDER_VERSION,
    command,
    git_commit: await gitCommit(),
    finished: new Date().toISOString(),
    files: Object.fromEntries([...files].map(([name, contents]) => [name, seal(contents)])),
  } as const;
  return files.set(RUN_FILE, runJson(document, record));
}
