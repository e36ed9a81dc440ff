import type { Command } from 'commander';
import { type CommandLineIo, loadScenarios } from '../output/io.js';
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
      const scenarios = await loadScenarios(io);
      const [{ catalogueDocument, catalogueLines }, { listClaims }, { claims }] = await Promise.all([
        import('../list/scenario-catalogue.js'),
        import('../list/claim-index.js'),
        import('../../theory/claims/all-claims.js'),
      ]);
      const listed = listClaims(scenarios, claims);
      if (json) io.stdout.write(`${JSON.stringify(catalogueDocument(scenarios, listed))}\n`);
      else io.stdout.write(catalogueLines(scenarios, listed, terminalOf(io.stdout, io.env)).join('\n'));
    });
}
