import type { Command } from 'commander';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { type CommandLineIo, helpNotes, loadScenarios } from '../output/terminal.js';
import { once } from '../settings/setting.js';

const NOTES = [
  'The file is self-contained: no network, no fonts, no other files. It opens from disk in any current browser. It is written in full or not at all, and replaces an existing file.',
  'It contains the findings in words, figures that show their values and zoom, the claims with their proofs, the tables, and the command that reproduces the run. Several folders are shown side by side.',
  'Exit codes: 0 done, 2 invalid request.',
];

const EXAMPLES = ['overtrain report results/first --html first.html', 'overtrain report results/* --html all.html'];

export function addReportCommand(program: Command, io: CommandLineIo): void {
  program
    .command('report')
    .description('put saved runs into one HTML file')
    .usage('<folder>… --html <file>')
    .argument('[folders...]', 'folders written by "overtrain run --out" or "overtrain sweep --out"')
    .option('--html <file>', 'the file to write', once('--html'))
    .addHelpText('after', () => helpNotes(io, NOTES, EXAMPLES))
    .action(async (folders: readonly string[], { html }: { readonly html?: string }) => {
      if (folders.length === 0)
        throw new InvalidInputError(
          'folder',
          undefined,
          'at least one folder written by "overtrain run --out" or "overtrain sweep --out"',
        );
      if (html === undefined) throw new InvalidInputError('--html', undefined, 'the file to write');
      const [{ writeReport }, scenarios] = await Promise.all([import('./write-report.js'), loadScenarios(io)]);
      await writeReport(folders, html, scenarios);
      io.stdout.write(`Wrote ${html}\n`);
    });
}
