import type { Command } from 'commander';
import { type CommandLineIo, helpNotes } from '../output/terminal.js';
import { once } from '../settings/setting.js';
import type { VerifyOptions } from './verify-claims.js';

const NOTES = [
  'Every claim is a theorem in proofs.md. A case meets it when all its hypotheses hold; the margin is the smallest slack in units of the tolerance, negative if a case refutes the claim.',
  '--falsify drops one hypothesis at a time and searches for a case in which the claim then fails.',
  'Exit codes: 0 every claim holds, 1 a claim was refuted or met by too few cases for a verdict, 2 invalid request, 130 interrupted.',
];

const EXAMPLES = [
  'overtrain verify',
  'overtrain verify --claim T1 --claim T2 --runs 100000',
  'overtrain verify --falsify --json',
  'overtrain verify --claim T1 --seed 1 --path 12:0',
];

/** Adds `overtrain verify`. @param finish called with the exit code */
export function addVerifyCommand(program: Command, io: CommandLineIo, finish: (code: number) => void): void {
  program
    .command('verify')
    .allowExcessArguments(false)
    .description('test the theorems on random cases, or attack their hypotheses')
    .option('--claim <id>', 'test this claim; repeatable (default: all)', (id, before: string[] = []) => [
      ...before,
      id,
    ])
    .option('--runs <count>', 'cases per claim, 10 to 1000000 (default: 1000)', once('--runs'))
    .option('--seed <integer>', 'seed for the cases (default: 1)', once('--seed'))
    .option('--path <path>', 'replay the case printed by a refutation', once('--path'))
    .option('--falsify', 'also attack every hypothesis')
    .option('--json', 'print one JSON document and nothing else')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', () => helpNotes(io, NOTES, EXAMPLES))
    .action(async (options: VerifyOptions) => {
      const { verifyClaims } = await import('./verify-claims.js');
      finish(await verifyClaims(options, io));
    });
}
