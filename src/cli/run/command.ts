import type { Command } from 'commander';
import { type CommandLineIo, helpNotes, loadScenarios, terminalOf } from '../output/terminal.js';
import { collectSetting, once } from '../settings/setting.js';
import type { RunCommandOptions } from './run-scenario.js';

const NOTES = [
  'Parameters: "overtrain run <scenario> --help" lists them with their units, ranges and defaults. --set overrides --config, and --config overrides the defaults; each parameter may be set once.',
  '--config names a file with a mapping of parameters, or with that mapping under "params:" next to scenario, seed, engine and backend.',
  '--csv prints the first table of the scenario (--table NAME prints another, --out DIR saves all): fields quoted as in RFC 4180, lines ending in a line feed, column names in the first line; numbers read back exactly; null is an empty field.',
  '--out writes the folder in full or not at all. During the run, intermediate results are kept next to it: after an interruption, a kill or a full disk, the same command with --resume continues and ends with the same numbers to the last bit.',
  'Exit codes: 0 done, 1 a check failed, 2 invalid request, 130 interrupted.',
];

const EXAMPLES = [
  'overtrain run gaussian',
  'overtrain run gaussian --set dim=32 --set gammas=0.05,0.1 --seed 7',
  'overtrain run gaussian --config experiment.yaml --engine exact --csv > curve.csv',
  'overtrain run gaussian --out results/gaussian',
];

type ParsedOptions = RunCommandOptions & { readonly help?: true };

/** Adds `overtrain run`. @param finish called with the exit code of the run */
export function addRunCommand(program: Command, io: CommandLineIo, finish: (code: number) => void): void {
  program
    .command('run')
    .allowExcessArguments(false)
    .usage('<scenario> [options]')
    .description('run a scenario and show its figures, tables and checks')
    .argument('[scenario]', 'id of a scenario; "overtrain list" shows them all')
    .option('--set <name=value>', 'set a parameter; repeatable', collectSetting)
    .option('--config <file>', 'read parameters from a .yaml, .yml or .json file', once('--config'))
    .option('--seed <integer>', 'seed for all random numbers (default: 1)', once('--seed'))
    .option('--engine <name>', 'auto, exact, modes or matrix (default: auto)', once('--engine'))
    .option('--backend <name>', 'auto, or one that "overtrain doctor" lists (default: auto)', once('--backend'))
    .option('--out <folder>', 'save the run in a new or empty folder', once('--out'))
    .option('--resume', 'with --out: continue a run that was cut off, or show it if it has finished')
    .option('--force', 'with --out: replace an existing run')
    .option('--json', 'print one JSON document and nothing else')
    .option('--csv', 'print one table as CSV and nothing else')
    .option('--table <name>', 'the table that --csv prints (default: the first)', once('--table'))
    .option('--quiet', 'no progress on stderr')
    .helpOption(false)
    .option('-h, --help', 'this help; with a scenario, help for that scenario')
    .addHelpText('after', () => helpNotes(io, NOTES, EXAMPLES))
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
