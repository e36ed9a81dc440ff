import type { Command } from 'commander';
import { type CommandLineIo, helpNotes } from '../output/terminal.js';
import { once } from '../settings/setting.js';
import type { FitOptions } from './fit-document.js';

const NOTES = [
  'The file needs a header with the columns N (size), D (data or time), loss and, optionally, noise; other columns are ignored. Each noise level is fitted separately.',
  'Laws are fitted to ln loss by least squares (Levenberg-Marquardt, several starts). Intervals contain 95 % of the fits to points resampled with replacement. R² refers to ln loss. The b of the Shannon law is fixed at 1, since only its ratio to c, d and e matters.',
  'Exit codes: 0 done, 2 invalid request, 130 interrupted.',
];

const EXAMPLES = [
  'overtrain fit losses.csv',
  'overtrain fit losses.csv --law shannon --law chinchilla --fit-size 6.9e9 --fit-data 1.8e11',
  'overtrain fit losses.csv --json',
];

export function addFitCommand(program: Command, io: CommandLineIo): void {
  program
    .command('fit')
    .allowExcessArguments(false)
    .description('fit scaling laws to a table of losses')
    .argument('<file>', 'a CSV file with the columns N, D, loss and optionally noise')
    .option(
      '--law <name>',
      'shannon, chinchilla or perturbed-power; repeatable (default: all)',
      (name, before: string[] = []) => [...before, name],
    )
    .option('--fit-size <number>', 'fit the points with N up to this and hold out the rest', once('--fit-size'))
    .option('--fit-data <number>', 'fit the points with D up to this and hold out the rest', once('--fit-data'))
    .option('--resamples <count>', 'bootstrap samples, 2 to 100000 (default: 200)', once('--resamples'))
    .option('--seed <integer>', 'bootstrap seed (default: 1)', once('--seed'))
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', () => helpNotes(io, NOTES, EXAMPLES))
    .action(async (file: string, options: FitOptions) => {
      const { fitTable } = await import('./fit-document.js');
      await fitTable(file, options, io);
    });
}
