import { cellWidth } from '../../output/cell-width.js';
import type { TextField } from '../state/text-field.js';
import type { StyledLine } from './styled-line.js';

/** Cells for the cursor and for the signs of what does not fit. */
const SIGNS = 3;

/**
 * A text with its cursor, which is a sign of its own so that it is seen without colour. Of a text that is longer than there
 * is room, the part around the cursor is shown.
 */
export function fieldSpans({ text, cursor }: TextField, room: number, unicode: boolean): StyledLine {
  const most = Math.max(1, room - SIGNS);
  const more = unicode ? '…' : '~';
  const before = lastCells(text.slice(0, cursor), most);
  const after = firstCells(text.slice(cursor), most - cellWidth(before));
  return [
    { text: before.length < cursor ? more : '', tone: 'faint' },
    { text: before, tone: 'strong' },
    { text: unicode ? '▏' : '|', tone: 'good' },
    { text: after, tone: 'strong' },
    { text: cursor + after.length < text.length ? more : '', tone: 'faint' },
  ];
}

function firstCells(text: string, cells: number): string {
  let fitted = '';
  for (const character of text) {
    if (cellWidth(fitted + character) > cells) break;
    fitted += character;
  }
  return fitted;
}

function lastCells(text: string, cells: number): string {
  let fitted = '';
  for (const character of [...text].reverse()) {
    if (cellWidth(character + fitted) > cells) break;
    fitted = character + fitted;
  }
  return fitted;
}
