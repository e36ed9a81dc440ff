import type { Command } from 'commander';
import type { CommandLineIo } from '../output/io.js';

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
      const { mergeSweep } = await import('../sweeps/merge-sweep.js');
      finish(await mergeSweep(folder, io));
    });
}
