import { wrapCells } from './cell-width.js';
import { asciiText, safeText, type Terminal } from './terminal.js';

/**
 * Text in lines of the terminal's width, in ASCII where it must be.
 *
 * @param paint applied to each line
 * @param first blanks before the first line
 * @param rest blanks before the others
 */
export function paragraph(
  text: string,
  { width, unicode }: Pick<Terminal, 'width' | 'unicode'>,
  paint: (text: string) => string = (line) => line,
  first = 0,
  rest = first,
): string[] {
  return wrapCells(safeText(text, unicode), width, first, rest).map((line) => paint(unicode ? line : asciiText(line)));
}

/**
 * What follows the options in a help: paragraphs broken to the terminal's width, and examples left whole so that they can
 * be copied.
 */
export function helpNotes(terminal: Terminal, paragraphs: readonly string[], examples: readonly string[]): string {
  const lines = paragraphs.flatMap((text) => ['', ...paragraph(text, terminal)]);
  return [...lines, '', 'Examples:', ...examples.map((example) => `  ${example}`)].join('\n');
}
