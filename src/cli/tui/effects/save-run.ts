import { existsSync } from 'node:fs';
import type { RunDocument } from '../../../sim/scenario/run-document.js';
import type { Scenario } from '../../../sim/scenario/scenario.js';
import { reserveResultFolder } from '../../results/result-folder.js';
import { runFiles } from '../../results/run-files.js';
import { type Run, resultsOf } from '../state/run.js';
import { runCommand } from '../state/run-command.js';
import { RESULTS } from './saved-runs.js';

/** The document of a finished run: what `overtrain run --json` prints. */
export function documentOf(run: Run, scenario: Scenario): RunDocument {
  if (run.record === null) throw new Error('a run that has not finished has no document');
  return { ...run.record, ...resultsOf(run, scenario) };
}

/**
 * Keeps a finished run in a folder, as `run --out` does.
 *
 * @throws InvalidInputError in the words of the command line when the folder cannot be written
 */
export async function saveRun(run: Run, scenario: Scenario, folder: string): Promise<void> {
  const reserved = await reserveResultFolder(folder);
  try {
    const command = runCommand(scenario, run).replace(/^npx /, '');
    await reserved.write(await runFiles(documentOf(run, scenario), command));
  } finally {
    await reserved.release();
  }
}

/** A folder for the results of a scenario that is not there yet. */
export function freeFolder(scenario: string, isTaken: (folder: string) => boolean = existsSync): string {
  for (let count = 1; ; count++) {
    const folder = `${RESULTS}/${scenario}${count === 1 ? '' : `-${count}`}`;
    if (!isTaken(folder)) return folder;
  }
}
