import type { RunDocument } from '../../sim/scenario/run-document.js';
import { figureFiles } from '../figures/figure-files.js';
import { csvFiles } from './csv-files.js';
import type { FileMaker, Files } from './file-maker.js';
import { gitCommit } from './git-commit.js';
import { parquetFiles } from './parquet-files.js';
import { FOLDER_VERSION, runJson, seal } from './run-json.js';

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
