import type { Command } from 'commander';
import { helpNotes } from '../output/help-notes.js';
import { type CommandLineIo, loadScenarios } from '../output/io.js';
import { terminalOf } from '../output/terminal.js';
import { collectSetting, once } from '../settings/setting.js';
import type { RunCommandOptions } from './run-scenario.js';

const NOTES = [
  'Parameters: "overtrain run <scenario> --help" lists them with their units, ranges and defaults. --set goes before --config, --config before the defaults; a parameter may be set once.',
  '--config holds a mapping of parameters, or "params:" with that mapping beside scenario, seed, engine and backend.',
  '--csv prints the first table of the scenario (--table NAME another one, --out DIR keeps all): fields quoted as RFC 4180 has it, lines ended by a line feed, the first naming the columns; numbers read back exactly; null is empty.',
  '--out writes the folder whole or not at all. While the run goes on, what is computed is kept beside it, so that after an interruption, a kill or a full disk the same command with --resume goes on and ends with the same numbers to the last bit.',
  'Exit codes: 0 done, 1 a check failed, 2 the request is wrong, 130 interrupted.',
];

const EXAMPLES = [
  'overtrain run gaussian',
  'overtrain run gaussian --set dim=32 --set gammas=0.05,0.1 --seed 7',
  'overtrain run gaussian --config experiment.yaml --engine exact --csv > curve.csv',
  'overtrain run gaussian --out results/gaussian',
];

type ParsedOptions = RunCommandOptions & { readonly help?: true };

/**
 * Adds `overtrain run`.
 *
 * @param finish told the exit code of the run
 */
export function addRunCommand(program: Command, io: CommandLineIo, finish: (code: number) => void): void {
  program
    .command('run')
    .allowExcessArguments(false)
    .usage('<scenario> [options]')
    .description('run a scenario and show its figures, tables and checks')
    .argument('[scenario]', 'id of a scenario; "overtrain list" has them all')
    .option('--set <name=value>', 'set a parameter; may be given for several parameters', collectSetting)
    .option('--config <file>', 'take parameters from a .yaml, .yml or .json file', once('--config'))
    .option('--seed <integer>', 'seed of all random numbers (default: 1)', once('--seed'))
    .option('--engine <name>', 'auto, exact, modes or matrix (default: auto)', once('--engine'))
    .option(
      '--backend <name>',
      'auto, or one that "overtrain doctor" lists (default: auto)',
      once('--backend'),
    )
    .option('--out <folder>', 'keep the run in a new or empty folder', once('--out'))
    .option('--resume', 'with --out: go on with a run that was cut off, or show it if it has ended')
    .option('--force', 'with --out: replace the run that is there')
    .option('--json', 'print one JSON document and nothing else')
    .option('--csv', 'print one table as CSV and nothing else')
    .option('--table <name>', 'the table that --csv prints (default: the first)', once('--table'))
    .option('--quiet', 'no progress on stderr')
    .helpOption(false)
    .option('-h, --help', 'this help; after a scenario, the help of that scenario')
    .addHelpText('after', () => helpNotes(terminalOf(io.stdout, io.env), NOTES, EXAMPLES))
    .action(async (id: string | undefined, options: ParsedOptions, command: Command) => {
      if (!options.help) {
        const { runScenario } = await import('./run-scenario.js');
        finish(await runScenario(id, options, io));
      } else if (id === undefined) command.outputHelp();
      else await printScenarioHelp(id, io);
    });
}

async function printScenarioHelp(id: string, io: CommandLineIo): Promise<void> {
  const [{ scenarioAmong }, { scenarioHelp }, scenarios] = await Promise.all([
    import('../../sim/scenarios/scenario-files.js'),
    import('./scenario-help.js'),
    loadScenarios(io, id),
  ]);
  const lines = scenarioHelp(scenarioAmong(id, scenarios), terminalOf(io.stdout, io.env));
  io.stdout.write(`${lines.join('\n')}\n`);
}
