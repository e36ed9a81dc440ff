import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RunCollector, type RunDocument, type RunResults, runToDocument } from '../../sim/scenario/run-document.js';
import type { Compute, RunEvent } from '../../sim/scenario/scenario.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { exitCode, isAbort } from '../output/error-line.js';
import { paceText, progressLine } from '../output/progress-line.js';
import { runHeading, runReport } from '../output/run-report.js';
import { asciiText, type CommandLineIo, loadScenarios, paragraph, styleFor, terminalOf } from '../output/terminal.js';
import { csvText } from '../output/text-table.js';
import type { StoredRun } from '../results/read-result.js';
import type { ReservedFolder } from '../results/result-folder.js';
import {
  type ResolvedRun,
  type RunOptions,
  reproducingCommand,
  resolveRun,
  shellWord,
} from '../settings/run-request.js';
import { readChoice } from '../settings/setting.js';

export interface RunCommandOptions extends RunOptions {
  readonly out?: string;
  readonly resume?: true;
  readonly force?: true;
  readonly json?: true;
  readonly csv?: true;
  readonly table?: string;
  readonly quiet?: true;
}

/** Refuses options that contradict each other. @throws InvalidInputError */
function refuseWithoutFolder({ out, resume, force }: RunCommandOptions): void {
  const option = resume ? '--resume' : '--force';
  const both = 'only one of them: --resume continues, --force starts over';
  if (resume && force) throw new InvalidInputError(option, '--resume --force', both);
  if ((resume || force) && out === undefined)
    throw new InvalidInputError('--out', undefined, `the folder that ${option} is about`);
}

/**
 * Reserves the folder of `--out`, or reads the run in it, where the user asked to continue one that has finished. What keeps
 * runs is loaded only here, since most runs keep nothing.
 *
 * @throws InvalidInputError saying what is already there, or that it is another run or damaged
 */
async function openFolder(
  request: ResolvedRun,
  { out, resume, force }: RunCommandOptions,
): Promise<{ readonly folder?: ReservedFolder; readonly finished?: StoredRun }> {
  if (out === undefined) return {};
  const { reserveResultFolder } = await import('../results/result-folder.js');
  const { RUN_FILE, runIdentity } = await import('../results/run-files.js');
  const run = await runIdentity(request);
  if (resume && existsSync(join(out, RUN_FILE))) {
    const { sameFinishedRun } = await import('../results/read-result.js');
    return { finished: await sameFinishedRun(out, run) };
  }
  return { folder: await reserveResultFolder(out, { run, resume: resume === true, force: force === true }) };
}

/** What the progress line says until the first part is done. */
const STARTING = 'starting';

/**
 * `overtrain run`: checks the whole request first, then computes, keeps and prints.
 *
 * @returns the exit code: 0, or 1 when a check failed
 * @throws InvalidInputError for a wrong request, before anything is computed or written
 * @throws DOMException `AbortError` when interrupted, after printing what was finished
 */
export async function runScenario(
  id: string | undefined,
  options: RunCommandOptions,
  io: CommandLineIo,
): Promise<number> {
  if (options.json && options.csv)
    throw new InvalidInputError('--csv', '--json --csv', 'only one of them, since stdout holds one document');
  const request = await resolveRun(id, options, await loadScenarios(io, id));
  const table = csvTable(request, options);
  refuseWithoutFolder(options);
  const { folder, finished } = await openFolder(request, options);
  const asText = !options.json && !options.csv;
  if (finished !== undefined) {
    const { document, command } = finished;
    if (asText) printHeading(request, document.compute, io);
    return printDocument(request, document, command, table, options, io);
  }
  const { scenario, parameters, seed, engine, backend } = request;
  const progress = progressLine(io.stderr, io.env, options.quiet === true);
  const collected = new RunCollector(scenario);
  let compute: Compute | undefined;
  const work = { networkSteps: 0 };
  const started = performance.now();
  progress.update(0, 1, STARTING);
  const observe = (event: RunEvent) => {
    if (event.kind === 'progress') {
      const pace = paceText(work, performance.now() - started);
      progress.update(event.done, event.total, `${event.label}${pace}`);
    } else if (event.kind === 'compute') {
      compute = event.compute;
      progress.clear();
      if (asText) printHeading(request, compute, io);
      progress.update(0, 1, STARTING);
    }
  };
  try {
    const kept = folder?.journal === undefined ? {} : { journal: folder.journal };
    const how = { seed, engine, backend, work, ...kept, ...(io.signal === undefined ? {} : { signal: io.signal }) };
    const document = await runToDocument(scenario, parameters, how, observe, collected);
    progress.clear();
    const command = reproducingCommand(request, document.compute);
    if (folder !== undefined) {
      const { runFiles } = await import('../results/run-files.js');
      await folder.write(await runFiles(document, command), io.signal);
    }
    return printDocument(request, document, command, table, options, io);
  } catch (error) {
    progress.clear();
    if (isAbort(error) && asText && !collected.isEmpty)
      printReport(request, collected.results(), reproducingCommand(request, compute), undefined, io);
    if (isAbort(error) && (await folder?.release()) === true) {
      const again = `${reproducingCommand(request, undefined)} --out ${shellWord(options.out ?? '')} --resume`;
      io.stderr.write(`overtrain: what was computed is saved; to continue: ${again}\n`);
    }
    throw error;
  } finally {
    await folder?.release();
  }
}

/** @returns the exit code: 1 when a check failed */
function printDocument(
  request: ResolvedRun,
  document: RunDocument,
  command: string,
  table: string | undefined,
  { json, out }: RunCommandOptions,
  io: CommandLineIo,
): number {
  if (json) io.stdout.write(`${JSON.stringify(document)}\n`);
  else if (table !== undefined) io.stdout.write(csvText(document.tables[table]!));
  else printReport(request, document, command, out, io);
  return document.checks.some(({ verdict }) => verdict === 'fails') ? exitCode.refuted : exitCode.done;
}

/** The table that `--csv` prints: the first of the scenario, unless `--table` names another. */
function csvTable({ scenario }: ResolvedRun, { csv, table }: RunCommandOptions): string | undefined {
  const names = Object.keys(scenario.tables);
  if (table !== undefined && !csv) throw new InvalidInputError('--table', table, '--csv beside it');
  if (!csv) return undefined;
  return table === undefined ? names[0] : readChoice('--table', table, names);
}

function printHeading({ scenario, seed }: ResolvedRun, compute: Compute, io: CommandLineIo): void {
  const lines = runHeading(scenario, compute, seed, terminalOf(io.stdout, io.env));
  io.stdout.write(`${lines.join('\n')}\n`);
}

function printReport(
  { scenario }: ResolvedRun,
  results: RunResults,
  command: string,
  folder: string | undefined,
  io: CommandLineIo,
): void {
  const terminal = terminalOf(io.stdout, io.env);
  const { faint } = styleFor(terminal.colour);
  const saved = folder === undefined ? [] : paragraph(`Saved in ${folder}`, terminal);
  const again = terminal.unicode ? command : asciiText(command);
  const lines = [
    ...runReport(scenario, results, terminal),
    '',
    ...saved,
    // Not broken into lines: a terminal does that without spoiling what is copied.
    `${faint('To repeat:')} ${again}`,
  ];
  io.stdout.write(`${lines.join('\n')}\n`);
}
