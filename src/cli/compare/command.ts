import type { Command } from 'commander';
import { helpNotes } from '../output/help-notes.js';
import type { CommandLineIo } from '../output/io.js';
import { terminalOf } from '../output/terminal.js';

const NOTES = [
  'Rows are matched by their first columns, such as gamma and time. A simulated mean is compared in units of both standard errors, and a difference is significant where so large a one among all rows has a probability below 0.01 by noise alone; runs of the same seed share their noise, so that this errs on the careful side. Other numbers are compared to the last bit.',
  'published:ID sets a run beside the figures of a paper: overtrained-2503.19206, forgetting-2605.26097 or early-exposure-2605.12705. Only orderings, signs and plateaus are compared, and mismatches are told as they are.',
  'Exit codes: 0 alike, or every finding agrees; 1 different, or a mismatch; 2 there is nothing to compare.',
];

const EXAMPLES = [
  'overtrain compare results/first results/second',
  'overtrain compare results/first results/second --json',
  'overtrain compare results/finetune published:forgetting-2605.26097',
];

/**
 * Adds `overtrain compare`.
 *
 * @param finish told the exit code
 */
export function addCompareCommand(program: Command, io: CommandLineIo, finish: (code: number) => void): void {
  program
    .command('compare')
    .allowExcessArguments(false)
    .description('set two runs beside each other, or a run beside published figures')
    .argument('<folder>', 'a result folder')
    .argument('<other>', 'another one, or published:ID')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', () => helpNotes(terminalOf(io.stdout, io.env), NOTES, EXAMPLES))
    .action(async (folder: string, other: string, options: { readonly json?: true }) => {
      const { compare } = await import('./compare-command.js');
      finish(await compare(folder, other, options, io));
    });
}
