import { CommanderError } from 'commander';
import { InvalidInputError } from '../theory/invalid-input.js';
import { exitCode } from './exit-code.js';
import { oneLine } from './one-line.js';

/** How a command that threw ends: its exit code and what stderr says, one line unless the user asked for a stack. */
export interface Failure {
  readonly exitCode: number;
  /** Empty when there is nothing to say. */
  readonly message: string;
}

const LONGEST_LINE = 600;
const LONGEST_NAME = 60;

/** Turns anything thrown into the end of a command. */
export function describeFailure(error: unknown, env: Readonly<Record<string, string | undefined>>): Failure {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return { exitCode: exitCode.done, message: '' };
    return { exitCode: exitCode.invalid, message: line(describeUsage(error)) };
  }
  if (error instanceof InvalidInputError) return { exitCode: exitCode.invalid, message: line(error.message) };
  if (isAbort(error)) return { exitCode: exitCode.interrupted, message: line('interrupted') };
  return { exitCode: exitCode.defect, message: describeDefect(error, env) };
}

/** Whether an error says that the user interrupted. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function describeDefect(error: unknown, env: Readonly<Record<string, string | undefined>>): string {
  if (env.OVERTRAIN_DEBUG && error instanceof Error) return `overtrain: internal error: ${error.stack}\n`;
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return line(`internal error: ${oneLine(reason, 300)} (OVERTRAIN_DEBUG=1 shows where)`);
}

/**
 * Says what commander refused in the words of {@link InvalidInputError}. Its messages quote the name concerned and may
 * end with a suggestion on a line of its own.
 */
function describeUsage(error: CommanderError): string {
  const [first = '', ...suggestions] = error.message.replace(/^error: /, '').split(/\n(?=\(Did you mean )/);
  const name = oneLine(/'(.*)'/s.exec(first)?.[1] ?? '', LONGEST_NAME);
  const hint = suggestions.map((text) => `; ${text.replace(/^\(D/, 'd').replace(/\?\)$/, '?')}`).join('');
  switch (error.code) {
    case 'commander.unknownOption':
      return `${name}: not an option of this command${hint || '; see --help'}`;
    case 'commander.optionMissingArgument':
      return `${name.split(' ')[0]}: no value was given; expected ${name}`;
    case 'commander.excessArguments':
      return `${oneLine(first, 200).replace(/\.$/, '')}; see --help`;
    default:
      return `${oneLine(first, 200)}${hint}`;
  }
}

function line(text: string): string {
  return `overtrain: ${oneLine(text, LONGEST_LINE)}\n`;
}
