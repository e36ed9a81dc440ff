import { CommanderError } from 'commander';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { oneLine } from './cell-width.js';

export const exitCode = {
  /** Done, and every claim that was checked holds. */
  done: 0,
  /** A claim is refuted or a check failed. */
  refuted: 1,
  /** The request is wrong; stderr has one line on it. */
  invalid: 2,
  /** A defect of ours (EX_SOFTWARE of sysexits.h). */
  defect: 70,
  /** Interrupted by Ctrl-C or SIGTERM. */
  interrupted: 130,
} as const;

const [LONGEST_LINE, LONGEST_NAME] = [600, 60];

/** How a command that threw ends: its exit code and what stderr says, one line unless the user asked for a stack. */
export function describeFailure(error: unknown, env: Readonly<Record<string, string | undefined>>) {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return { exitCode: exitCode.done, message: '' };
    return { exitCode: exitCode.invalid, message: line(describeUsage(error)) };
  }
  if (error instanceof InvalidInputError) return { exitCode: exitCode.invalid, message: line(error.message) };
  if (isAbort(error)) return { exitCode: exitCode.interrupted, message: line('interrupted') };
  if (env.OVERTRAIN_DEBUG && error instanceof Error)
    return { exitCode: exitCode.defect, message: `overtrain: internal error: ${error.stack}\n` };
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const message = line(`internal error: ${oneLine(reason, 300)} (OVERTRAIN_DEBUG=1 shows where)`);
  return { exitCode: exitCode.defect, message };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** What commander refused, in the words of {@link InvalidInputError}; it may end with a suggestion on a line of its own. */
function describeUsage(error: CommanderError): string {
  const [first = '', ...suggestions] = error.message.replace(/^error: /, '').split(/\n(?=\(Did you mean )/);
  const name = oneLine(/'(.*)'/s.exec(first)?.[1] ?? '', LONGEST_NAME);
  const hint = suggestions.map((text) => `; ${text.replace(/^\(D/, 'd').replace(/\?\)$/, '?')}`).join('');
  switch (error.code) {
    case 'commander.unknownOption':
      return `${name}: not an option of this command${hint || '; see --help'}`;
    case 'commander.missingArgument':
      return `${name}: missing; see --help`;
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

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_MAPPING, CLOSE_MAPPING] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/** Refuses a JSON text whose brackets are nested more than `most` deep, which would overflow a recursive reader. */
export function refuseNesting(text: string, most: number): void {
  let depth = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isQuoted && code === BACKSLASH) index++;
    else if (code === QUOTE) isQuoted = !isQuoted;
    else if (!isQuoted && (code === OPEN_LIST || code === OPEN_MAPPING)) depth++;
    else if (!isQuoted && (code === CLOSE_LIST || code === CLOSE_MAPPING)) depth--;
    if (depth > most) throw new Error(`brackets more than ${most} deep`);
  }
}
