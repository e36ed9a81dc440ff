import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type FontWeight = 'normal' | 'bold';

interface Advances {
  readonly unitsPerEm: number;
  /** Advance of each character in units, by the character. */
  readonly normal: Readonly<Record<string, number>>;
  readonly bold: Readonly<Record<string, number>>;
}

let advances: Advances | undefined;

/** Where a file that the build puts beside the figures is, also for the sources themselves. */
export function figureAsset(name: string): string {
  const here = new URL('.', import.meta.url);
  const folder = here.pathname.includes('/dist/cli/') ? here : new URL('../../../dist/cli/figures/', here);
  return fileURLToPath(new URL(`assets/${name}`, folder));
}

/** Width of one line of text in the units of its size; a character that the font lacks counts as wide as an em. */
export function textWidth(text: string, size: number, weight: FontWeight = 'normal'): number {
  advances ??= JSON.parse(readFileSync(figureAsset('advances.json'), 'utf8')) as Advances;
  const widths = advances[weight];
  let units = 0;
  for (const character of text) units += widths[character] ?? advances.unitsPerEm;
  return (units * size) / advances.unitsPerEm;
}

/** Breaks a text between words into lines no wider than `width`; a word that is too wide is cut short. */
export function wrappedText(text: string, size: number, width: number, weight: FontWeight = 'normal'): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer, size, weight) <= width) lines[lines.length - 1] = longer;
    else lines.push(shortened(word, size, width, weight));
  }
  return lines;
}

/** The text, or as much of its beginning as fits with an ellipsis. */
export function shortened(text: string, size: number, width: number, weight: FontWeight = 'normal'): string {
  if (textWidth(text, size, weight) <= width) return text;
  const characters = [...text];
  while (characters.length > 0 && textWidth(`${characters.join('')}…`, size, weight) > width) characters.pop();
  return `${characters.join('')}…`;
}

export const FIGURE_FONTS = ['Arimo-normal.ttf', 'Arimo-bold.ttf'] as const;
