import { cellWidth, firstCells, fitCells, padCells, wrapCells } from '../../output/cell-width.js';
import { asciiText, safeText, styleFor, type Terminal } from '../../output/terminal.js';
import type { TextField, WindowSize } from '../state/app-state.js';

/** What a piece of text means, from which its colour follows. Nothing is shown by colour alone. */
export type Tone = 'plain' | 'strong' | 'faint' | 'good' | 'bad' | 'caution';

export interface Span {
  readonly text: string;
  readonly tone?: Tone;
}

export type StyledLine = readonly Span[];

const [GAP, LEAST_LEFT] = [2, 8];

export type Display = Pick<Terminal, 'colour' | 'unicode'>;

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
  return wrapCells(safeText(text, unicode), width, first, rest).map((line) => plainLine(line, tone));
}

/** A line as it is written to the terminal, at most `width` cells wide. */
export function paintLine(line: StyledLine, width: number, { colour, unicode }: Display): string {
  const style = styleFor(colour);
  let room = width;
  let painted = '';
  for (const { text, tone = 'plain' } of line) {
    const fitted = fitCells(safeText(text, unicode), room);
    const shown = unicode ? fitted : asciiText(fitted);
    painted += tone === 'plain' ? shown : style[tone](shown);
    room -= cellWidth(fitted);
  }
  return painted;
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

/** What stands before an entry of a list: a pointer where the cursor is on it. */
export function pointer(isHere: boolean, unicode: boolean): Span {
  return { text: isHere ? (unicode ? '❯ ' : '> ') : '  ', tone: 'good' };
}

/** A command in pieces of a width, cut only where it must be, so that it can be copied from the screen. */
export function commandLines(command: string, width: number): StyledLine[] {
  return Array.from({ length: Math.max(1, Math.ceil(command.length / width)) }, (_, index) =>
    plainLine(command.slice(index * width, (index + 1) * width), 'strong'),
  );
}

export function column(text: string, width: number): string {
  return padCells(fitCells(text, width), width);
}

/** Below this, charts and parameters no longer fit beside what they mean. */
export const LEAST_WINDOW: WindowSize = { columns: 44, rows: 14 };

/** From this width on, the lists are next to the chart. */
const WIDE = 100;

export const FIXED_LINES = 3;

/** The screen of a scenario in cells, one line less than the window, for a frame as tall as the window would scroll it. */
export function layoutOf({ columns, rows }: WindowSize) {
  const height = Math.max(1, rows - 1);
  const body = Math.max(1, height - FIXED_LINES);
  const isTooSmall = columns < LEAST_WINDOW.columns || rows < LEAST_WINDOW.rows;
  const isWide = columns >= WIDE;
  if (isWide) {
    const width = Math.max(44, Math.min(56, Math.floor(columns * 0.4)));
    const chart = { columns: columns - width - 2, rows: Math.min(body, 44) };
    return { height, isTooSmall, isWide, panel: { columns: width, rows: body }, chart };
  }
  const lines = Math.max(5, Math.min(12, Math.floor(body * 0.38)));
  const chart = { columns, rows: Math.max(1, body - lines) };
  return { height, isTooSmall, isWide, panel: { columns, rows: lines }, chart };
}

/** A text, around its cursor where there is no room for all; the cursor is a sign, so that it is seen without colour. */
export function fieldSpans({ text, cursor }: TextField, room: number, unicode: boolean): StyledLine {
  // The cursor, and a sign at either end for what is cut.
  const most = Math.max(1, room - 3);
  const more = unicode ? '…' : '~';
  const last = firstCells([...text.slice(0, cursor)].reverse(), most);
  const before = [...last].reverse().join('');
  const after = firstCells(text.slice(cursor), most - cellWidth(before));
  return [
    { text: before.length < cursor ? more : '', tone: 'faint' },
    { text: before, tone: 'strong' },
    { text: unicode ? '▏' : '|', tone: 'good' },
    { text: after, tone: 'strong' },
    { text: cursor + after.length < text.length ? more : '', tone: 'faint' },
  ];
}
