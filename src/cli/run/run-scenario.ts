import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RunCollector, type RunDocument, type RunResults, runToDocument } from '../../sim/scenario/run-document.js';
import type { Compute } from '../../sim/scenario/scenario.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { exitCode, isAbort } from '../output/error-line.js';
import { paragraph } from '../output/help-notes.js';
import { type CommandLineIo, loadScenarios } from '../output/io.js';
import { type ProgressLine, paceText, progressLine } from '../output/progress-line.js';
import { runHeading, runReport } from '../output/run-report.js';
import { asciiText, styleFor, terminalOf } from '../output/terminal.js';
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

/** What the command line says about keeping a run. */
interface KeepOptions {
  readonly out?: string;
  readonly resume?: true;
  readonly force?: true;
}

/**
 * Refuses options that contradict each other.
 *
 * @throws InvalidInputError
 */
function refuseWithoutFolder({ out, resume, force }: KeepOptions): void {
  const option = resume ? '--resume' : '--force';
  if (resume && force)
    throw new InvalidInputError(
      option,
      '--resume --force',
      'only one of them: --resume continues, --force starts over',
    );
  if ((resume || force) && out === undefined)
    throw new InvalidInputError(option, true, 'to be used together with --out');
}

/**
 * Reserves the folder of `--out`; undefined without it.
 *
 * @throws InvalidInputError saying what is already there
 */
async function reserveFolder(
  request: ResolvedRun,
  { out, resume, force }: KeepOptions,
): Promise<ReservedFolder | undefined> {
  if (out === undefined) return undefined;
  // Loaded only here, since most runs keep nothing.
  const [{ reserveResultFolder }, { runIdentity }] = await Promise.all([
    import('../results/result-folder.js'),
    import('../results/run-files.js'),
  ]);
  const run = await runIdentity(request);
  return reserveResultFolder(out, { run, resume: resume === true, force: force === true });
}

/**
 * The run in the folder, where the user asked to continue one that has finished.
 *
 * @throws InvalidInputError where the folder holds another run or is damaged
 */
async function finishedRun(request: ResolvedRun, { out, resume }: KeepOptions): Promise<StoredRun | undefined> {
  if (!resume || out === undefined) return undefined;
  const [{ RUN_FILE, runIdentity }, { sameFinishedRun }] = await Promise.all([
    import('../results/run-files.js'),
    import('../results/read-result.js'),
  ]);
  if (!existsSync(join(out, RUN_FILE))) return undefined;
  return sameFinishedRun(out, await runIdentity(request));
}

/** The command that continues a run. */
function resumingCommand(request: ResolvedRun, { out }: KeepOptions): string {
  return `${reproducingCommand(request, undefined)} --out ${shellWord(out ?? '')} --resume`;
}

/** What the progress line says until the first part is done. */
const STARTING = 'starting';

/** What the `run` command was given. */
export interface RunCommandOptions extends RunOptions, KeepOptions {
  readonly json?: true;
  readonly csv?: true;
  readonly table?: string;
  readonly quiet?: true;
}

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
  const finished = await finishedRun(request, options);
  if (finished !== undefined) return printFinished(request, finished, table, options, io);
  const folder = await reserveFolder(request, options);

  const progress = progressLine(io.stderr, io.env, options.quiet === true);
  const asText = !options.json && !options.csv;
  const collected = new RunCollector(request.scenario);
  let compute: Compute | undefined;
  const work = { networkSteps: 0 };
  const started = performance.now();
  progress.update(0, 1, STARTING);
  try {
    const document = await runToDocument(
      request.scenario,
      request.parameters,
      {
        seed: request.seed,
        engine: request.engine,
        backend: request.backend,
        work,
        ...(folder?.journal === undefined ? {} : { journal: folder.journal }),
        ...(io.signal === undefined ? {} : { signal: io.signal }),
      },
      (event) => {
        if (event.kind === 'progress') {
          const pace = paceText(work, performance.now() - started);
          progress.update(event.done, event.total, `${event.label}${pace}`);
        }
        if (event.kind !== 'compute') return;
        compute = event.compute;
        if (asText) printHeading(request, compute, progress, io);
        progress.update(0, 1, STARTING);
      },
      collected,
    );
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
    if (isAbort(error) && (await folder?.release()) === true)
      io.stderr.write(`overtrain: what was computed is saved; to continue: ${resumingCommand(request, options)}\n`);
    throw error;
  } finally {
    await folder?.release();
  }
}

function printFinished(
  request: ResolvedRun,
  { document, command }: StoredRun,
  table: string | undefined,
  options: RunCommandOptions,
  io: CommandLineIo,
): number {
  if (!options.json && !options.csv) {
    const heading = runHeading(request.scenario, document.compute, document.seed, terminalOf(io.stdout, io.env));
    io.stdout.write(`${heading.join('\n')}\n`);
  }
  return printDocument(request, document, command, table, options, io);
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
  if (table !== undefined && !csv) throw new InvalidInputError('--table', table, 'to be used together with --csv');
  if (!csv) return undefined;
  return table === undefined ? names[0] : readChoice('--table', table, names);
}

function printHeading(
  { scenario, seed }: ResolvedRun,
  compute: Compute,
  progress: ProgressLine,
  io: CommandLineIo,
): void {
  progress.clear();
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
