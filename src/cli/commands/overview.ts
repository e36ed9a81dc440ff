import type { CommandLineIo } from '../output/io.js';
import { terminalOf } from '../output/terminal.js';

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
  const [{ catalogueLines, loadCatalogue }, { paragraph }] = await Promise.all([
    import('../list/scenario-catalogue.js'),
    import('../output/help-notes.js'),
  ]);
  const terminal = terminalOf(io.stdout, io.env);
  const usage = USAGE.flatMap((line) => {
    const indent = line.length - line.trimStart().length;
    return terminal.width >= 80 ? [line] : paragraph(line, terminal, undefined, indent, indent + 4);
  });
  const { scenarios, claims } = await loadCatalogue(io);
  const borneOn = claims
    .filter((claim) => claim.scenarios.length > 0)
    .map((claim) => ({ ...claim, title: '' }));
  io.stdout.write([...usage, ...catalogueLines({ scenarios, claims: borneOn }, terminal)].join('\n'));
}
