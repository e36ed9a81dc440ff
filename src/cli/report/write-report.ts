import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Scenario } from '../../sim/scenario/scenario.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { compileFigure } from '../figures/draw-figure.js';
import { codeOf, reasonOf, writeWhole } from '../results/files.js';
import { readResult, type StoredRun } from '../results/read-result.js';
import { renderProofs } from './proofs.js';
import { type ReportRun, reportFigure, reportPage } from './report-page.js';

/** Writes a page whole or not at all; one that is there is replaced in one step. */
export async function writePage(file: string, contents: string): Promise<void> {
  if (file.trim() === '' || file.includes('\0')) throw new InvalidInputError('--html', file, 'the name of a file');
  const path = resolve(file);
  try {
    if ((await stat(path).catch(() => undefined))?.isDirectory())
      throw Object.assign(new Error('folder'), { code: 'EISDIR' });
    await writeWhole(path, (page) => page.writeFile(contents));
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    const reason = code === 'ENOENT' ? 'its folder does not exist' : reasonOf(code);
    throw new InvalidInputError('--html', file, `a writable file (${reason})`);
  }
}

const PROOFS = new URL('../../../proofs.md', import.meta.url);

/** Writes the report on result folders as one file, which stays as it was where that fails. */
export async function writeReport(
  folders: readonly string[],
  file: string,
  scenarios: readonly Scenario[],
): Promise<void> {
  const stored: StoredRun[] = [];
  for (const folder of folders) stored.push(await readResult(folder));
  await writePage(file, reportText(stored, scenarios));
}

export function reportText(stored: readonly StoredRun[], scenarios: readonly Scenario[]): string {
  const judged = new Set(stored.flatMap(({ document }) => document.checks.map(({ claim }) => claim)));
  const proofs = renderProofs(readFileSync(PROOFS, 'utf8'), judged);
  const proved = new Set(proofs.map(({ id }) => id));
  const runs = stored.map((run, index) => reportRun(run, index, scenarios, proved));
  const script = runs.some(({ sweep }) => sweep !== undefined) ? 'sweep-page.js' : 'page.js';
  return reportPage(runs, proofs, builtFile(script), builtFile('page.css'));
}

function reportRun(
  run: StoredRun,
  index: number,
  scenarios: readonly Scenario[],
  proved: ReadonlySet<string>,
): ReportRun {
  const { document, folder } = run;
  const scenario = scenarios.find(({ id }) => id === document.scenario);
  const figures: ReportRun['figures'][number][] = [];
  const missing: string[] = [];
  // A sweep has figures of its own, not the tables that its scenario draws.
  for (const figure of run.sweep === undefined ? (scenario?.figures ?? []) : []) {
    try {
      figures.push(reportFigure(figure, document.tables, compileFigure));
    } catch (error) {
      missing.push(`Figure ${figure.id} cannot be drawn: ${(error as Error).message}.`);
    }
  }
  const name = `${document.scenario} in ${folder}`;
  return { ...run, name, anchor: `run-${index + 1}`, index, scenario, figures, missing, proved };
}

/** A file that the build makes for the page, also for the sources themselves. */
function builtFile(name: string): string {
  const here = new URL('.', import.meta.url);
  const folder = here.pathname.includes('/dist/cli/') ? here : new URL('../../../dist/cli/report/', here);
  return readFileSync(fileURLToPath(new URL(name, folder)), 'utf8');
}
