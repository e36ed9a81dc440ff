import type { Command } from 'commander';
import type { CommandLineIo } from '../output/io.js';
import type { StatusOptions } from '../sweeps/status-command.js';

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
      const { printStatus } = await import('../sweeps/status-command.js');
      finish(await printStatus(folder, options, io));
    });
}
