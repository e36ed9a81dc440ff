import type { Command } from 'commander';
import { type CommandLineIo, helpNotes, loadScenarios } from '../output/terminal.js';

const NOTES = [
  'With a result folder: the paper, the sources of the closed forms and claims in this run, the methods it used, and the software with its versions. Without one: everything that any run relies on.',
];

const EXAMPLES = ['overtrain cite results/first > run.bib', 'overtrain cite'];

export function addCiteCommand(program: Command, io: CommandLineIo): void {
  program
    .command('cite')
    .allowExcessArguments(false)
    .description('print BibTeX for everything a run relies on')
    .argument('[folder]', 'a result folder')
    .addHelpText('after', () => helpNotes(io, NOTES, EXAMPLES))
    .action(async (folder: string | undefined) => {
      const [{ allReferences, referencesOf }, { readResult }] = await Promise.all([
        import('./references.js'),
        import('../results/read-result.js'),
      ]);
      let references = allReferences();
      if (folder !== undefined) {
        const { document } = await readResult(folder);
        const scenario = (await loadScenarios(io, document.scenario)).find(({ id }) => id === document.scenario);
        references = referencesOf(document, scenario);
      }
      io.stdout.write(`${references.map(({ bibtex }) => bibtex).join('\n\n')}\n`);
    });
}
