import type { Command } from 'commander';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { helpNotes } from '../output/help-notes.js';
import { type CommandLineIo, loadScenarios } from '../output/io.js';
import { terminalOf } from '../output/terminal.js';
import { once } from '../settings/setting.js';

const NOTES = [
  'The file needs nothing else: no network, no fonts, no other files. It opens from the disk in any current browser, and is written whole or not at all; one that is there is replaced.',
  'It has what was found in words, figures that tell their values and can be zoomed, the claims with their proofs, the tables, and the command that gives the run again. Several folders stand side by side.',
  'Exit codes: 0 done, 2 the request is wrong.',
];

const EXAMPLES = [
  'overtrain report results/first --html first.html',
  'overtrain report results/* --html all.html',
];

/** Adds `overtrain report`. */
export function addReportCommand(program: Command, io: CommandLineIo): void {
  program
    .command('report')
    .description('put runs that were kept into one HTML file')
    .usage('<folder>… --html <file>')
    .argument('[folders...]', 'folders that "overtrain run --out" or "overtrain sweep --out" wrote')
    .option('--html <file>', 'the file to write', once('--html'))
    .addHelpText('after', () => helpNotes(terminalOf(io.stdout, io.env), NOTES, EXAMPLES))
    .action(async (folders: readonly string[], { html }: { readonly html?: string }) => {
      if (folders.length === 0)
        throw new InvalidInputError(
          'folder',
          '',
          'at least one folder that "overtrain run --out" or "overtrain sweep --out" wrote',
        );
      if (html === undefined) throw new InvalidInputError('--html', '', 'the file to write');
      const [{ writeReport }, scenarios] = await Promise.all([
        import('./write-report.js'),
        loadScenarios(io),
      ]);
      await writeReport(folders, html, scenarios);
      io.stdout.write(`Wrote ${html}\n`);
    });
}
