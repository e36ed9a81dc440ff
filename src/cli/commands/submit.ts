import type { Command } from 'commander';
import { helpNotes } from '../output/help-notes.js';
import type { CommandLineIo } from '../output/io.js';
import { terminalOf } from '../output/terminal.js';
import { once, readChoice } from '../settings/setting.js';
import type { SubmitOptions } from '../sweeps/submit-command.js';

const SUBMIT_NOTES = [
  'An array job computes one shard in each task, and a second job merges once all have ended. Both scripts are in the folder of the results, under slurm/. A task that Slurm requeues goes on where it was cut off.',
  '"overtrain status" names the shards that failed or are missing, and the command that submits just those.',
];

const SUBMIT_EXAMPLES = [
  'overtrain submit slurm sweep.yaml --out results/sweep --shards 8 --dry-run',
  'overtrain submit slurm sweep.yaml --out results/sweep --shards 100 -- --partition=cpu --time=1:00:00 --cpus-per-task=4',
];

/** Adds `overtrain submit`. */
export function addSubmitCommand(program: Command, io: CommandLineIo): void {
  program
    .command('submit')
    .usage('slurm <file> --shards <count> [options] [-- sbatch options]')
    .description('hand a sweep to a cluster')
    .argument('<scheduler>', 'slurm')
    .argument('[file]', 'sweep file')
    .argument('[options...]', 'options for sbatch, after --')
    .option('--out <folder>', 'folder of the results, on a file system that all nodes share', once('--out'))
    .option('--shards <count>', 'parts into which the sweep is cut', once('--shards'))
    .option('--only <list>', 'submit these shards alone, such as 3,5-8', once('--only'))
    .option('--dry-run', 'print the scripts and submit nothing')
    .addHelpText('after', () => helpNotes(terminalOf(io.stdout, io.env), SUBMIT_NOTES, SUBMIT_EXAMPLES))
    .action(
      async (
        scheduler: string,
        file: string | undefined,
        sbatch: readonly string[],
        options: SubmitOptions,
      ) => {
        readChoice('scheduler', scheduler, ['slurm']);
        const { submitSlurm } = await import('../sweeps/submit-command.js');
        await submitSlurm(file, sbatch, options, io);
      },
    );
}
