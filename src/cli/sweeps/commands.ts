import type { Command } from 'commander';
import { type CommandLineIo, helpNotes } from '../output/terminal.js';
import { once, readChoice } from '../settings/setting.js';
import type { SubmitOptions } from './submit-command.js';
import type { SweepCommandOptions } from './sweep-command.js';
import type { StatusOptions } from './sweep-progress.js';

const SWEEP_NOTES = [
  'The sweep file names a scenario, fixed parameters, and axes along which others vary: grids, lists, lists that vary together, random draws. "overtrain sweep --init" prints a commented example.',
  'Finished points are saved as they come: after an interruption, a kill or a full disk, the same command with --resume continues. Points are numbered by the file alone, so the result is the same, byte for byte, for any number of threads and shards.',
  '--shard I/N computes one of N parts of about equal work; --shard auto/N takes I from SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX. "overtrain merge" puts the parts together.',
  'Exit codes: 0 done, 1 a point has no results or one of its checks failed, 2 invalid request, 130 interrupted.',
];

const SWEEP_EXAMPLES = [
  'overtrain sweep --init > sweep.yaml',
  'overtrain sweep sweep.yaml --dry-run',
  'overtrain sweep sweep.yaml --out results/sweep',
  'overtrain sweep sweep.yaml --out results/sweep --shard 3/8',
];

export function addSweepCommand(program: Command, io: CommandLineIo, finish: (code: number) => void): void {
  program
    .command('sweep')
    .allowExcessArguments(false)
    .description('run a scenario at many settings, all on this machine or as one of many parts')
    .argument('[file]', 'sweep file (.yaml, .yml or .json), or the sweep.json of a folder')
    .option('--out <folder>', 'save the results in this folder', once('--out'))
    .option('--shard <I/N>', 'compute one of N parts; auto/N in an array job', once('--shard'))
    .option('--resume', 'continue a sweep that was cut off')
    .option('--threads <count>', 'number of threads (default: one per core)', once('--threads'))
    .option('--find <what>', 'inflection: refine the grid where curves begin to turn', once('--find'))
    .option('--levels <count>', 'with --find: how many times to halve the brackets (default: 5)', once('--levels'))
    .option('--dry-run', 'show how many points there are and how long they would take, at a measured rate')
    .option('--init', 'print a commented sweep file')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', () => helpNotes(io, SWEEP_NOTES, SWEEP_EXAMPLES))
    .action(async (file: string | undefined, options: SweepCommandOptions) => {
      const { runSweep } = await import('./sweep-command.js');
      finish(await runSweep(file, options, io));
    });
}

export function addMergeCommand(program: Command, io: CommandLineIo, finish: (code: number) => void): void {
  program
    .command('merge')
    .allowExcessArguments(false)
    .description('merge the shards of a sweep into merged.parquet and merged.csv')
    .argument('<folder>', 'the sweep folder')
    .action(async (folder: string) => {
      const { mergeSweep } = await import('./merge-sweep.js');
      finish(await mergeSweep(folder, io));
    });
}

export function addStatusCommand(program: Command, io: CommandLineIo, finish: (code: number) => void): void {
  program
    .command('status')
    .allowExcessArguments(false)
    .description('show which shards of a sweep are done, running, failed or missing (exit code 0: all are done)')
    .argument('<folder>', 'the sweep folder')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (folder: string, options: StatusOptions) => {
      const { printStatus } = await import('./sweep-progress.js');
      finish(await printStatus(folder, options, io));
    });
}

const SUBMIT_NOTES = [
  'An array job computes one shard per task, and a second job merges them once all have ended. Both scripts are in the results folder, under slurm/. A task that Slurm requeues continues where it was cut off.',
  '"overtrain status" names the shards that failed or are missing, and prints the command that submits just those.',
];

const SUBMIT_EXAMPLES = [
  'overtrain submit slurm sweep.yaml --out results/sweep --shards 8 --dry-run',
  'overtrain submit slurm sweep.yaml --out results/sweep --shards 100 -- --partition=cpu --time=1:00:00 --cpus-per-task=4',
];

export function addSubmitCommand(program: Command, io: CommandLineIo): void {
  program
    .command('submit')
    .usage('slurm <file> --shards <count> [options] [-- sbatch options]')
    .description('submit a sweep to a cluster')
    .argument('<scheduler>', 'slurm')
    .argument('[file]', 'sweep file')
    .argument('[options...]', 'options for sbatch, after --')
    .option('--out <folder>', 'results folder, on a file system that all nodes share', once('--out'))
    .option('--shards <count>', 'number of parts to split the sweep into', once('--shards'))
    .option('--only <list>', 'submit only these shards, such as 3,5-8', once('--only'))
    .option('--dry-run', 'print the scripts without submitting them')
    .addHelpText('after', () => helpNotes(io, SUBMIT_NOTES, SUBMIT_EXAMPLES))
    .action(async (scheduler: string, file: string | undefined, sbatch: readonly string[], options: SubmitOptions) => {
      readChoice('scheduler', scheduler, ['slurm']);
      const { submitSlurm } = await import('./submit-command.js');
      await submitSlurm(file, sbatch, options, io);
    });
}
