import type { ColourDepth } from '../terminal.js';
import type { MissingCell } from './heat-map.js';

/** Shades from the least to the greatest value; the first one stands for next to nothing. */
const UNICODE_SHADES = ['·', '░', '▒', '▓', '█'] as const;
const ASCII_SHADES = ['.', ':', '+', '%', '#'] as const;

/** Values up to this share of the greatest are next to nothing. */
const NEXT_TO_NOTHING = 0.01;

/**
 * Colours of the shades in the order of "cividis" (Nuñez, Anderton and Renslow 2018), which rises in lightness for every kind
 * of colour vision; each with its nearest of the 256 and of the 16 colours.
 */
const COLOURS = [
  { full: '38;2;90;96;112', indexed: '38;5;60', basic: '90' },
  { full: '38;2;124;123;120', indexed: '38;5;244', basic: '34' },
  { full: '38;2;166;157;117', indexed: '38;5;144', basic: '33' },
  { full: '38;2;209;192;98', indexed: '38;5;179', basic: '93' },
  { full: '38;2;254;232;56', indexed: '38;5;220', basic: '97' },
] as const;

/** Number of shades. */
export const SHADES = UNICODE_SHADES.length;

/** How a value is shaded on a map whose greatest value is given: 0 for next to nothing up to `SHADES - 1`. */
export function shadeOf(value: number, greatest: number): number {
  const share = greatest > 0 ? value / greatest : 0;
  if (!(share > NEXT_TO_NOTHING)) return 0;
  return Math.min(SHADES - 1, Math.ceil(share * (SHADES - 1)));
}

/** The greatest value that has a shade, for the legend. */
export function upperEnd(shade: number, greatest: number): number {
  return shade === 0 ? NEXT_TO_NOTHING * greatest : (shade / (SHADES - 1)) * greatest;
}

/** The character of a shade. */
export function shadeGlyph(shade: number, unicode: boolean): string {
  return (unicode ? UNICODE_SHADES : ASCII_SHADES)[shade]!;
}

/** Wraps a text in the colour of a shade, or leaves it as it is where there is no colour. */
export function paintShade(shade: number, text: string, depth: ColourDepth): string {
  return depth === 'none' || text === '' ? text : `\u001b[${COLOURS[shade]![depth]}m${text}\u001b[0m`;
}

/** The glyph of a cell without a value. */
export function missingGlyph(unicode: boolean, why: MissingCell = 'no value'): string {
  if (why === 'empty') return ' ';
  if (why === 'diverged') return 'D';
  return unicode ? '×' : 'x';
}

/** The glyph of the boundary. */
export function boundaryGlyph(unicode: boolean): string {
  return unicode ? '━' : '=';
}
