import type { Command } from 'commander';
import type { CommandLineIo } from '../output/io.js';
import { terminalOf } from '../output/terminal.js';

/** Adds `overtrain list`. */
export function addListCommand(program: Command, io: CommandLineIo): void {
  program
    .command('list')
    .allowExcessArguments(false)
    .description('list the scenarios and the claims')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExamples:\n  overtrain list\n  overtrain list --json')
    .action(async ({ json }: { json?: true }) => {
      const { catalogueLines, loadCatalogue } = await import('../list/scenario-catalogue.js');
      const catalogue = await loadCatalogue(io);
      if (json) io.stdout.write(`${JSON.stringify(catalogue)}\n`);
      else io.stdout.write(catalogueLines(catalogue, terminalOf(io.stdout, io.env)).join('\n'));
    });
}
