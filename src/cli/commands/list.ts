import type { Command } from 'commander';
import { type CommandLineIo, loadScenarios } from '../io.js';
import { terminalOf } from '../output/terminal.js';

/** Adds `overtrain list`. */
export function addListCommand(program: Command, io: CommandLineIo): void {
  program
    .command('list')
    .allowExcessArguments(false)
    .description('list the scenarios and the claims they bear on')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExamples:\n  overtrain list\n  overtrain list --json')
    .action(async ({ json }: { json?: true }) => {
      const scenarios = await loadScenarios(io);
      const { catalogueDocument, catalogueLines } = await import('../scenario-catalogue.js');
      if (json) io.stdout.write(`${JSON.stringify(catalogueDocument(scenarios))}\n`);
      else io.stdout.write(catalogueLines(scenarios, terminalOf(io.stdout, io.env)).join('\n'));
    });
}
