import type { Command } from 'commander';
import { helpNotes } from '../output/help-notes.js';
import type { CommandLineIo } from '../output/io.js';
import { terminalOf } from '../output/terminal.js';
import { once, readChoice } from '../settings/setting.js';
import type { StatusOptions } from './status-command.js';
import type { SubmitOptions } from './submit-command.js';
import type { SweepCommandOptions } from './sweep-command.js';

const SWEEP_NOTES = [
  'The sweep file names a scenario, fixed parameters, and axes along which others vary: grids, lists, lists that go together, random draws. "overtrain sweep --init" prints one that explains itself.',
  'What is finished is kept as it comes: after an interruption, a kill or a full disk the same command with --resume goes on. Points are numbered by the file alone, so that the result is the same, byte for byte, whatever the number of threads and shards.',
  '--shard I/N computes one of N parts of about equal work; --shard auto/N takes I from SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX. "overtrain merge" puts the parts together.',
  'Exit codes: 0 done, 1 a point has no numbers or a check of one failed, 2 the request is wrong, 130 interrupted.',
];

const SWEEP_EXAMPLES = [
  'overtrain sweep --init > sweep.yaml',
  'overtrain sweep sweep.yaml --dry-run',
  'overtrain sweep sweep.yaml --out results/sweep',
  'overtrain sweep sweep.yaml --out results/sweep --shard 3/8',
];

/**
 * Adds `overtrain sweep`.
 *
 * @param finish told the exit code
 */
export function addSweepCommand(program: Command, io: CommandLineIo, finish: (code: number) => void): void {
  program
    .command('sweep')
    .allowExcessArguments(false)
    .description('run a scenario at many settings, on this machine or as one part of many')
    .argument('[file]', 'sweep file, .yaml, .yml or .json; also the sweep.json of a folder')
    .option('--out <folder>', 'keep the results in this folder', once('--out'))
    .option('--shard <I/N>', 'compute one of N parts; auto/N in an array job', once('--shard'))
    .option('--resume', 'go on with a sweep that was cut off')
    .option('--threads <count>', 'threads (default: one for each core)', once('--threads'))
    .option('--find <what>', 'inflection: refine the grid where curves begin to turn', once('--find'))
    .option('--levels <count>', 'with --find: how often brackets are halved (default: 5)', once('--levels'))
    .option('--dry-run', 'say how many points there are and how long they would take, from a measured rate')
    .option('--init', 'print a sweep file with comments')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', () => helpNotes(terminalOf(io.stdout, io.env), SWEEP_NOTES, SWEEP_EXAMPLES))
    .action(async (file: string | undefined, options: SweepCommandOptions) => {
      const { runSweep } = await import('./sweep-command.js');
      finish(await runSweep(file, options, io));
    });
}

/**
 * Adds `overtrain merge`.
 *
 * @param finish told the exit code
 */
export function addMergeCommand(program: Command, io: CommandLineIo, finish: (code: number) => void): void {
  program
    .command('merge')
    .allowExcessArguments(false)
    .description('put the shards of a sweep together: merged.parquet and merged.csv')
    .argument('<folder>', 'folder of the sweep')
    .action(async (folder: string) => {
      const { mergeSweep } = await import('./merge-sweep.js');
      finish(await mergeSweep(folder, io));
    });
}

/**
 * Adds `overtrain status`.
 *
 * @param finish told the exit code
 */
export function addStatusCommand(program: Command, io: CommandLineIo, finish: (code: number) => void): void {
  program
    .command('status')
    .allowExcessArguments(false)
    .description(
      'say which shards of a sweep are done, running, failed or missing (exit code 0: all are done)',
    )
    .argument('<folder>', 'folder of the sweep')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (folder: string, options: StatusOptions) => {
      const { printStatus } = await import('./status-command.js');
      finish(await printStatus(folder, options, io));
    });
}

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
        const { submitSlurm } = await import('./submit-command.js');
        await submitSlurm(file, sbatch, options, io);
      },
    );
}
