import type { Command } from 'commander';
import { type CommandLineIo, helpNotes } from '../output/terminal.js';

const NOTES = [
  'Rows are matched by their first columns, such as gamma and time. Simulated means are compared in units of their combined standard error, and a difference is significant if noise alone would produce one as large anywhere among the rows with probability below 0.01. Runs with the same seed share their noise, which makes the test conservative. Other numbers are compared to the last bit.',
  'published:ID compares a run with the figures of a paper: overtrained-2503.19206, forgetting-2605.26097 or early-exposure-2605.12705. Only orderings, signs and plateaus are compared, and mismatches are reported too.',
  'Exit codes: 0 the runs do not differ, or every finding agrees; 1 they differ, or a finding does not match; 2 there is nothing to compare.',
];

const EXAMPLES = [
  'overtrain compare results/first results/second',
  'overtrain compare results/first results/second --json',
  'overtrain compare results/finetune published:forgetting-2605.26097',
];

export function addCompareCommand(program: Command, io: CommandLineIo, finish: (code: number) => void): void {
  program
    .command('compare')
    .allowExcessArguments(false)
    .description('compare two runs, or a run with published figures')
    .argument('<folder>', 'a result folder')
    .argument('<other>', 'another result folder, or published:ID')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', () => helpNotes(io, NOTES, EXAMPLES))
    .action(async (folder: string, other: string, options: { readonly json?: true }) => {
      const { compare } = await import('./compare-command.js');
      finish(await compare(folder, other, options, io));
    });
}
