import { execFile } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { oneLine } from '../output/cell-width.js';
import { type CommandLineIo, loadScenarios } from '../output/terminal.js';
import { codeOf, makeFolders, notWritable } from '../results/files.js';
import { shellWord } from '../settings/run-request.js';
import { listText, MOST_SHARDS, readCount, readList } from './shards.js';
import { readSweepFile } from './sweep-file.js';
import { enterSweepFolder, requireFolder, sweepIdentity } from './sweep-folder.js';
import { type Submission, submissionFile } from './sweep-progress.js';

/** What a batch script is made from. */
export interface SlurmJob {
  /** The command before its arguments: the interpreter and the program, absolute. */
  readonly program: readonly string[];
  /** Copy of the sweep file that no one edits, and the folder of the results; absolute. */
  readonly file: string;
  readonly folder: string;
  readonly scenario: string;
  readonly shards: number;
  readonly only: readonly number[];
  /** What the user wants of `sbatch`, one option after the other. */
  readonly options: readonly string[];
}

/**
 * Batch script of the array job. A requeued task continues where it was cut off, since `--resume` finds what was saved; the
 * program takes the place of the shell, so that a signal from Slurm reaches it.
 */
export function arrayScript(job: SlurmJob): string {
  const { program, file, folder, scenario, shards, only } = job;
  const command = [...program, 'sweep', file, '--out', folder, '--shard', `auto/${shards}`];
  return [
    '#!/bin/bash',
    `# ${only.length} of ${shards} shards of a sweep of ${scenario}; task I computes shard I. Written by overtrain submit slurm.`,
    `#SBATCH --job-name=overtrain-${scenario}`,
    `#SBATCH --array=${listText(only)}`,
    '#SBATCH --ntasks=1',
    '#SBATCH --requeue',
    '#SBATCH --open-mode=append',
    `#SBATCH --output=${quoted(`${folder}/slurm/%A_%a.log`)}`,
    ...optionLines(job.options),
    `exec ${[...command, '--resume', '--quiet'].map(shellWord).join(' ')}`,
    '',
  ].join('\n');
}

/** Batch script of the job that follows: merges where all shards are there, and otherwise says in one line what is missing. */
export function mergeScript({ program, folder, scenario, options }: SlurmJob): string {
  return [
    '#!/bin/bash',
    `# Merges the shards of a sweep of ${scenario}. Written by overtrain submit slurm.`,
    `#SBATCH --job-name=overtrain-${scenario}-merge`,
    '#SBATCH --ntasks=1',
    '#SBATCH --requeue',
    `#SBATCH --output=${quoted(`${folder}/slurm/%j-merge.log`)}`,
    ...optionLines(options),
    `exec ${[...program, 'merge', folder].map(shellWord).join(' ')}`,
    '',
  ].join('\n');
}

/** An option and the values that follow it make one line; Slurm reads the lines as a shell would. */
function optionLines(options: readonly string[]): string[] {
  const lines: string[][] = [];
  for (const word of options) {
    if (word.startsWith('-') || lines.length === 0) lines.push([word]);
    else lines.at(-1)!.push(word);
  }
  return lines.map((words) => `#SBATCH ${words.map(quoted).join(' ')}`);
}

/** Slurm understands double quotes in its lines. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, '\\$&')}"`;
}

export interface SubmitOptions {
  readonly out?: string;
  readonly shards?: string;
  readonly only?: string;
  readonly dryRun?: true;
}

/** Options of sbatch that the script sets itself, on which the rest depends. */
const OWN_OPTIONS = /^(--array|-a|--parsable|--wrap|--dependency|-d)(=|$)/;

/**
 * `overtrain submit slurm`: writes the script of an array job and of the merge that follows, and submits both.
 *
 * @param sbatch options for `sbatch`, after `--`
 * @throws InvalidInputError for a wrong request, or where `sbatch` refuses
 */
export async function submitSlurm(
  file: string | undefined,
  sbatch: readonly string[],
  options: SubmitOptions,
  io: CommandLineIo,
): Promise<void> {
  const shards = readCount('--shards', options.shards, 1, MOST_SHARDS);
  const only =
    options.only === undefined
      ? Array.from({ length: shards }, (_, index) => index + 1)
      : readList('--only', options.only, shards);
  const own = sbatch.find((word) => OWN_OPTIONS.test(word));
  if (own !== undefined) throw new InvalidInputError('sbatch', own, 'options other than those that the script sets');
  const request = await readSweepFile(file, options.out, await loadScenarios(io));
  const given = requireFolder(request);
  const folder = resolve(given);
  const place = join(folder, 'slurm');
  const job: SlurmJob = {
    program: [process.execPath, resolve(process.argv[1]!)],
    file: join(place, `sweep${extname(request.file)}`),
    ...{ folder, shards, only, options: sbatch, scenario: request.scenario.id },
  };
  if (options.dryRun) {
    io.stdout.write(`${arrayScript(job)}\n${mergeScript(job)}`);
    return;
  }
  await enterSweepFolder(given, await sweepIdentity(request.sweep.definition), true);
  try {
    await makeFolders(place, []);
    await copyFile(request.file, job.file);
    await writeFile(join(place, 'array.sh'), arrayScript(job));
    await writeFile(join(place, 'merge.sh'), mergeScript(job));
  } catch (error) {
    throw notWritable(given, error);
  }
  const array = await submit([join(place, 'array.sh')]);
  const merge = await submit([`--dependency=afterany:${array}`, join(place, 'merge.sh')]);
  const submission: Submission = { file: resolve(request.file), shards, options: sbatch, jobs: [array, merge] };
  await writeFile(join(folder, submissionFile), `${JSON.stringify(submission, null, 2)}\n`);
  io.stdout.write(
    `submitted: array job ${array} with ${only.length} of ${shards} shards, merge job ${merge}\nto see its progress: overtrain status ${given}\n`,
  );
}

async function submit(words: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('sbatch', ['--parsable', ...words]);
    return stdout.trim().split(';')[0]!;
  } catch (error) {
    const isAbsent = codeOf(error) === 'ENOENT';
    const said = (error as { stderr?: string }).stderr ?? String(error);
    const reason = isAbsent ? 'there is no sbatch on this machine; --dry-run prints the script' : oneLine(said, 200);
    throw new InvalidInputError('submit', 'slurm', `a cluster whose sbatch accepts the job (${reason})`);
  }
}
