// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const ESCAPE_SEQUENCE = /\u001b\[[0-9;]*m/g;
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]$|^\p{Emoji_Presentation}$/u;

/** Cells that a text takes on a terminal: colours take none, combining marks none, East Asian characters and emoji two. */
export function cellWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(ESCAPE_SEQUENCE, '')) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (character <= '~') return 1;
  if (ZERO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** The longest beginning of a text without colours, given by its characters, that fits in `width` cells. */
export function firstCells(characters: Iterable<string>, width: number): string {
  let fitted = '';
  let room = width;
  for (const character of characters) {
    room -= characterWidth(character);
    if (room < 0) break;
    fitted += character;
  }
  return fitted;
}

/** A text without colours, cut to `width` cells where it is longer; the mark says that it was cut. */
export function fitCells(text: string, width: number, mark = '…'): string {
  if (cellWidth(text) <= width) return text;
  return width < 1 ? '' : firstCells(text, width - 1) + mark;
}

export function padCells(text: string, width: number, side: 'right' | 'left' = 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - cellWidth(text)));
  return side === 'right' ? text + blanks : blanks + text;
}

/** Breaks a text without colours at blanks into lines of at most `width` cells, margins included; a longer word is cut. */
export function wrapCells(text: string, width: number, first = 0, rest = first): string[] {
  const lines: string[] = [];
  const margin = () => ' '.repeat(Math.min(lines.length === 0 ? first : rest, Math.max(0, width - 1)));
  let current = '';
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const extended = current === '' ? word : `${current} ${word}`;
    if (cellWidth(margin() + extended) <= width) {
      current = extended;
      continue;
    }
    if (current !== '') lines.push(margin() + current);
    current = fitCells(word, width - margin().length);
  }
  lines.push(margin() + current);
  return lines;
}

// Control, line-separating and direction-changing characters, and halves of surrogate pairs.
const UNSAFE = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text on one line by which no terminal can be steered: control characters become visible escapes; too long a one is cut. */
export function oneLine(text: string, longest = Number.POSITIVE_INFINITY): string {
  const visible = text
    .slice(0, Math.min(text.length, longest + 1))
    .replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return visible.length <= longest ? visible : `${visible.slice(0, Math.max(0, longest - 1))}…`;
}
