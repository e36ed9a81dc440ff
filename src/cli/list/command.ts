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
        import('./scenario-catalogue.js'),
        import('./claim-index.js'),
        import('../../theory/claims/all-claims.js'),
      ]);
      const listed = listClaims(scenarios, claims);
      if (json) io.stdout.write(`${JSON.stringify(catalogueDocument(scenarios, listed))}\n`);
      else io.stdout.write(catalogueLines(scenarios, listed, terminalOf(io.stdout, io.env)).join('\n'));
    });
}

const USAGE = [
  'Usage: overtrain <command> [options]',
  '',
  '  overtrain run <scenario>          run a scenario, show its chart and checks',
  '  overtrain run <scenario> --help   its parameters',
  '  overtrain list                    all scenarios and claims',
  '  overtrain doctor                  what runs on this machine',
  '  overtrain --help                  more',
  '',
];

/** What `overtrain` prints without a command: the scenarios and how to run them. */
export async function printOverview(io: CommandLineIo): Promise<void> {
  const [scenarios, { catalogueLines }, { listClaims }, { paragraph }] = await Promise.all([
    loadScenarios(io),
    import('./scenario-catalogue.js'),
    import('./claim-index.js'),
    import('../output/help-notes.js'),
  ]);
  const terminal = terminalOf(io.stdout, io.env);
  const usage = USAGE.flatMap((line) => {
    const indent = line.length - line.trimStart().length;
    return terminal.width >= 80 ? [line] : paragraph(line, terminal, undefined, indent, indent + 4);
  });
  io.stdout.write([...usage, ...catalogueLines(scenarios, listClaims(scenarios), terminal)].join('\n'));
}
