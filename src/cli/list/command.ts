import type { Command } from 'commander';
import { type CommandLineIo, paragraph, terminalOf } from '../output/terminal.js';

export function addListCommand(program: Command, io: CommandLineIo): void {
  program
    .command('list')
    .allowExcessArguments(false)
    .description('list the scenarios and the claims')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', '\nExamples:\n  overtrain list\n  overtrain list --json')
    .action(async ({ json }: { json?: true }) => {
      const { catalogueLines, loadCatalogue } = await import('./scenario-catalogue.js');
      const catalogue = await loadCatalogue(io);
      const text = json
        ? `${JSON.stringify(catalogue)}\n`
        : catalogueLines(catalogue, terminalOf(io.stdout, io.env)).join('\n');
      io.stdout.write(text);
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
  const { catalogueLines, loadCatalogue } = await import('./scenario-catalogue.js');
  const terminal = terminalOf(io.stdout, io.env);
  const usage = USAGE.flatMap((line) => {
    const indent = line.length - line.trimStart().length;
    return terminal.width >= 80 ? [line] : paragraph(line, terminal, undefined, indent, indent + 4);
  });
  const { scenarios, claims } = await loadCatalogue(io);
  const borneOn = claims.filter((claim) => claim.scenarios.length > 0).map((claim) => ({ ...claim, title: '' }));
  io.stdout.write([...usage, ...catalogueLines({ scenarios, claims: borneOn }, terminal)].join('\n'));
}
