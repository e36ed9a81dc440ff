import { shellWord } from '../reproduce.js';
import { listText } from './shard-list.js';

/** What a batch script is made from. */
export interface SlurmJob {
  /** The command before its arguments: the interpreter and the program, absolute. */
  readonly program: readonly string[];
  /** Copy of the sweep file that no one edits, and the folder of the results; absolute. */
  readonly file: string;
  readonly folder: string;
  readonly scenario: string;
  readonly shards: number;
  /** The shards to compute. */
  readonly only: readonly number[];
  /** What the user wants of `sbatch`, one option after the other. */
  readonly options: readonly string[];
}

/**
 * Batch script of the array job. A task that is requeued goes on where it was cut off, for `--resume` finds what is kept; the
 * program takes the place of the shell, so that a signal from Slurm reaches it.
 */
export function arrayScript(job: SlurmJob): string {
  const { program, file, folder, scenario, shards, only } = job;
  const command = [...program, 'sweep', file, '--out', folder, '--shard', `auto/${shards}`];
  return script([
    `# ${only.length} of ${shards} shards of a sweep of ${scenario}; task I computes shard I. Written by overtrain submit slurm.`,
    `#SBATCH --job-name=overtrain-${scenario}`,
    `#SBATCH --array=${listText(only)}`,
    '#SBATCH --ntasks=1',
    '#SBATCH --requeue',
    '#SBATCH --open-mode=append',
    `#SBATCH --output=${quoted(`${folder}/slurm/%A_%a.log`)}`,
    ...optionLines(job.options),
    `exec ${[...command, '--resume', '--quiet'].map(shellWord).join(' ')}`,
  ]);
}

/** Batch script of the job that follows: merges where all shards are there, and otherwise says in one line what is missing. */
export function mergeScript({ program, folder, scenario, options }: SlurmJob): string {
  return script([
    `# Merges the shards of a sweep of ${scenario}. Written by overtrain submit slurm.`,
    `#SBATCH --job-name=overtrain-${scenario}-merge`,
    '#SBATCH --ntasks=1',
    '#SBATCH --requeue',
    `#SBATCH --output=${quoted(`${folder}/slurm/%j-merge.log`)}`,
    ...optionLines(options),
    `exec ${[...program, 'merge', folder].map(shellWord).join(' ')}`,
  ]);
}

function script(lines: readonly string[]): string {
  return `#!/bin/bash\n${lines.join('\n')}\n`;
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
