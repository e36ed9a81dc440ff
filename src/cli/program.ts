import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { nearestName } from '../sim/scenario/nearest-name.js';
import { InvalidInputError } from '../theory/invalid-input.js';
import { describeFailure, exitCode } from './output/error-line.js';
import { asciiText, type CommandLineIo, helpNotes, loadScenarios, terminalOf } from './output/terminal.js';

const NOTES = [
  'Help for a command: overtrain run --help; for a scenario: overtrain run gaussian --help.',
  'Environment: NO_COLOR and FORCE_COLOR (0 to 3) turn colours off and on, CI turns progress off, a locale other than UTF-8 switches to plain ASCII, OVERTRAIN_DEBUG=1 shows where an internal error came from.',
  'Exit codes: 0 done and every claim checked holds, 1 a claim was refuted or a check failed, 2 invalid request (one line on stderr says why), 70 internal error, 130 interrupted.',
];

const EXAMPLES = [
  'overtrain list',
  'overtrain run gaussian',
  'overtrain run gaussian --set dim=32 --seed 7 --json',
  'overtrain verify',
  'overtrain doctor',
];

type AddCommand = (program: Command, io: CommandLineIo, finish: (code: number) => void) => void;

/** Every command by its name, in the order of the help. A call loads its own; the help, and the error for a mistyped name, all. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  list: async () => (await import('./list/command.js')).addListCommand,
  run: async () => (await import('./run/command.js')).addRunCommand,
  report: async () => (await import('./report/command.js')).addReportCommand,
  verify: async () => (await import('./verify/command.js')).addVerifyCommand,
  sweep: async () => (await import('./sweeps/commands.js')).addSweepCommand,
  merge: async () => (await import('./sweeps/commands.js')).addMergeCommand,
  status: async () => (await import('./sweeps/commands.js')).addStatusCommand,
  submit: async () => (await import('./sweeps/commands.js')).addSubmitCommand,
  compare: async () => (await import('./compare/command.js')).addCompareCommand,
  fit: async () => (await import('./fit/command.js')).addFitCommand,
  cite: async () => (await import('./cite/command.js')).addCiteCommand,
  doctor: async () => (await import('./doctor/command.js')).addDoctorCommand,
};

/**
 * The commands of `overtrain`. Commander neither prints errors nor ends the process: it throws.
 *
 * @param name first word of the call: a command is loaded alone
 * @param finish called with the exit code of a command that ends with one other than 0
 */
async function createProgram(name: string, io: CommandLineIo, finish: (code: number) => void): Promise<Command> {
  const program = new Command('overtrain');
  const terminal = terminalOf(io.stdout, io.env);
  program
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(terminal.unicode ? text : asciiText(text)),
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: () => terminal.width,
      getOutHasColors: () => terminal.colour !== 'none',
    })
    .description('A laboratory for the theory of catastrophic overtraining.')
    .usage('[command] [options]')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command] [scenario]', 'print help for a command or a scenario')
    .addHelpText('after', () => helpNotes(io, NOTES, EXAMPLES))
    .enablePositionalOptions()
    // Arguments without a known command reach the action below, which gives a better error.
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async () => {
      const [first] = program.args;
      if (first !== undefined) throw await refusal(first, program, io);
      const { printOverview } = await import('./list/command.js');
      await printOverview(io);
    });
  const named = Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]!] : undefined;
  for (const load of named ?? Object.values(COMMANDS)) (await load())(program, io, finish);
  return program;
}

async function refusal(word: string, program: Command, io: CommandLineIo): Promise<InvalidInputError> {
  const commands = program.commands.map((command) => command.name());
  if (word.startsWith('-')) {
    return new InvalidInputError('option', word, `--help, --version or a command: ${commands.join(', ')}`);
  }
  const scenarios = await loadScenarios(io);
  const known = [...commands, ...scenarios.map(({ id }) => id)];
  const nearest = nearestName(word, known);
  const meant = nearest === undefined || commands.includes(nearest) ? nearest : `run ${nearest}`;
  const hint = meant === undefined ? '' : `; did you mean "overtrain ${meant}"?`;
  return new InvalidInputError('command', word, `${commands.join(', ')}${hint}`);
}

function packageVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/**
 * Runs one call of the command line from its arguments to its exit code. Whatever goes wrong becomes an exit code and one
 * line on stderr; nothing is thrown.
 *
 * @param argv the arguments after the name of the program
 */
export async function runCommandLine(argv: readonly string[], io: CommandLineIo): Promise<number> {
  let code: number = exitCode.done;
  try {
    // `help run gaussian` is `run gaussian --help`.
    const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv];
    const [name = ''] = words;
    const program = await createProgram(name, io, (finished) => {
      code = finished;
    });
    // Beside a word that is no command, --help would print the general help instead of saying so.
    const isMistyped = !name.startsWith('-') && !Object.hasOwn(COMMANDS, name);
    await program.parseAsync(isMistyped ? words.slice(0, 1) : words, { from: 'user' });
    return code;
  } catch (error) {
    const failure = describeFailure(error, io.env);
    if (failure.message !== '') io.stderr.write(failure.message);
    return failure.exitCode;
  }
}
