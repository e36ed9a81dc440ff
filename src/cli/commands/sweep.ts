import type { Command } from 'commander';
import { helpNotes } from '../output/help-notes.js';
import type { CommandLineIo } from '../output/io.js';
import { terminalOf } from '../output/terminal.js';
import { once } from '../settings/setting.js';
import type { SweepCommandOptions } from '../sweeps/sweep-command.js';

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
      const { runSweep } = await import('../sweeps/sweep-command.js');
      finish(await runSweep(file, options, io));
    });
}
