import { oneLine } from '../one-line.js';
import { asciiText } from './ascii-text.js';
import { wrapCells } from './cell-width.js';
import type { Terminal } from './terminal.js';

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
  const safe = oneLine(text);
  return wrapCells(unicode ? safe : asciiText(safe), width, first, rest).map((line) =>
    paint(unicode ? line : asciiText(line)),
  );
}
