import type { ColourDepth } from './terminal.js';

/** Wraps text in escape sequences, or leaves it as it is where there is no colour. */
export interface Style {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  caution(text: string): string;
  /** Colour of the series at an index; the palette repeats. */
  series(index: number, text: string): string;
}

/**
 * The palette of Okabe and Ito (2008), which people with any form of colour blindness can tell apart, without its
 * black; yellow, the faintest on a white ground, comes last. Each with its nearest of the 256 and of the 16 colours.
 */
const PALETTE = [
  { full: '38;2;230;159;0', indexed: '38;5;214', basic: '33' },
  { full: '38;2;86;180;233', indexed: '38;5;74', basic: '36' },
  { full: '38;2;0;158;115', indexed: '38;5;36', basic: '32' },
  { full: '38;2;204;121;167', indexed: '38;5;175', basic: '35' },
  { full: '38;2;213;94;0', indexed: '38;5;166', basic: '31' },
  { full: '38;2;0;114;178', indexed: '38;5;32', basic: '34' },
  { full: '38;2;240;228;66', indexed: '38;5;227', basic: '93' },
] as const;

const VERMILION = PALETTE[4];
const GREEN = PALETTE[2];
const ORANGE = PALETTE[0];

/** The style for a colour depth. */
export function styleFor(depth: ColourDepth): Style {
  if (depth === 'none') {
    const plain = (text: string) => text;
    return {
      strong: plain,
      faint: plain,
      good: plain,
      bad: plain,
      caution: plain,
      series: (_, text) => text,
    };
  }
  const wrap = (code: string) => (text: string) => (text === '' ? '' : `\u001b[${code}m${text}\u001b[0m`);
  return {
    strong: wrap('1'),
    faint: wrap('2'),
    good: wrap(GREEN[depth]),
    bad: wrap(`1;${VERMILION[depth]}`),
    caution: wrap(ORANGE[depth]),
    series: (index, text) => wrap(PALETTE[index % PALETTE.length]![depth])(text),
  };
}
