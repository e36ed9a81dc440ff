import { describeFailure, exitCode } from './output/error-line.js';
import type { CommandLineIo } from './output/io.js';
import { createProgram } from './program.js';

/**
 * Runs one call of the command line from its arguments to its exit code. Whatever goes wrong becomes an exit code and one
 * line on stderr; nothing is thrown.
 *
 * @param argv the arguments after the name of the program
 */
export async function runCommandLine(argv: readonly string[], io: CommandLineIo): Promise<number> {
  let code: number = exitCode.done;
  try {
    const program = createProgram(io, (finished) => {
      code = finished;
    });
    await program.parseAsync(withHelpOption(argv), { from: 'user' });
    return code;
  } catch (error) {
    const failure = describeFailure(error, io.env);
    if (failure.message !== '') io.stderr.write(failure.message);
    return failure.exitCode;
  }
}

/** `help run gaussian` is `run gaussian --help`. */
function withHelpOption(argv: readonly string[]): string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv];
}
