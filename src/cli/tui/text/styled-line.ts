import { oneLine } from '../../one-line.js';
import { asciiText } from '../../output/ascii-text.js';
import { cellWidth, fitCells, padCells, wrapCells } from '../../output/cell-width.js';
import { type Style, styleFor } from '../../output/style.js';
import type { ColourDepth } from '../../output/terminal.js';

/** What a piece of text means, from which its colour follows. Nothing is told by colour alone. */
export type Tone = 'plain' | 'strong' | 'faint' | 'good' | 'bad' | 'caution';

export interface Span {
  readonly text: string;
  readonly tone?: Tone;
}

/** A line of a panel, before colours. */
export type StyledLine = readonly Span[];

const GAP = 2;
const LEAST_LEFT = 8;

/** What the terminal can show. */
export interface Display {
  readonly colour: ColourDepth;
  readonly unicode: boolean;
}

/** A line of one tone. */
export function plainLine(text: string, tone: Tone = 'plain'): StyledLine {
  return [{ text, tone }];
}

/** A text broken into lines of one tone; `rest` blanks stand before all lines but the first. */
export function wrapped(
  text: string,
  width: number,
  unicode: boolean,
  tone: Tone = 'plain',
  first = 0,
  rest = first,
): StyledLine[] {
  const safe = oneLine(text);
  return wrapCells(unicode ? safe : asciiText(safe), width, first, rest).map((line) => plainLine(line, tone));
}

/** A line as it is written to the terminal, at most `width` cells wide. */
export function paintLine(line: StyledLine, width: number, { colour, unicode }: Display): string {
  const style = styleFor(colour);
  let room = width;
  let painted = '';
  for (const { text, tone = 'plain' } of line) {
    const safe = oneLine(text);
    const fitted = fitCells(unicode ? safe : asciiText(safe), room);
    painted += paint(style, tone, unicode ? fitted : asciiText(fitted));
    room -= cellWidth(fitted);
  }
  return painted;
}

function paint(style: Style, tone: Tone, text: string): string {
  return tone === 'plain' ? text : style[tone](text);
}

/** Puts a second line at the right end of a first; the first gives way where both do not fit. */
export function bothEnds(left: StyledLine, right: StyledLine, width: number, unicode: boolean): StyledLine {
  const [first, last] = [left, right].map((line) =>
    line.map(({ text, tone = 'plain' }): Span => ({ text: unicode ? text : asciiText(text), tone })),
  ) as [Span[], Span[]];
  let room = width - last.reduce((sum, { text }) => sum + cellWidth(text), 0) - GAP;
  if (room < LEAST_LEFT) return first;
  const kept = first.map(({ text, tone = 'plain' }): Span => {
    const fitted = fitCells(text, room);
    room -= cellWidth(fitted);
    return { text: fitted, tone };
  });
  return [...kept, { text: ' '.repeat(room + GAP) }, ...last];
}

/** A text filled up with blanks to a width, or cut to it. */
export function column(text: string, width: number): string {
  return padCells(fitCells(text, width), width);
}
