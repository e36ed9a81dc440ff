import { createHash } from 'node:crypto';
import type { RunDocument } from '../../sim/scenario/run-document.js';

/** Version of the result folder that this program writes; `docs/results.md` has what changed between them. */
export const FOLDER_VERSION = 2;

/** What is told of another file of a result folder. */
export interface FileSeal {
  readonly bytes: number;
  readonly sha256: string;
}

/** What `run.json` has besides the document of the run. */
export interface FolderRecord {
  readonly folder: typeof FOLDER_VERSION;
  /** The command line that gives the run again. */
  readonly command: string;
  /** Commit of the checkout from which overtrain ran, followed by `-dirty` where files were changed; null for a package. */
  readonly git_commit: string | null;
  /** When the run had ended, ISO 8601 in UTC. */
  readonly finished: string;
  /** Every other file of the folder by name. */
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

/** Size and checksum of a file's contents. */
export function seal(contents: string | Uint8Array): FileSeal {
  const bytes = typeof contents === 'string' ? Buffer.byteLength(contents) : contents.byteLength;
  return { bytes, sha256: sha256(contents) };
}

function sha256(contents: string | Uint8Array): string {
  return createHash('sha256').update(contents).digest('hex');
}
