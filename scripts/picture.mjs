// Draws what a command prints on a colour terminal as an SVG:
//   node scripts/picture.mjs FILE.svg [--width CELLS] [--until LINE] -- ARGUMENTS
// With --until the picture ends before the first line that is LINE. Used for the pictures in the README, so that each is a real
// capture that anyone can make again: `npm run pictures` makes them all.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CELL = { width: 8.4, height: 17 };
const MARGIN = 14;

/** Bit, column and row of each dot of a braille cell. */
const DOTS = [
  [1, 0, 0],
  [2, 0, 1],
  [4, 0, 2],
  [8, 1, 0],
  [16, 1, 1],
  [32, 1, 2],
  [64, 0, 3],
  [128, 1, 3],
];

const separator = process.argv.indexOf('--');
const [file, ...options] = process.argv.slice(2, separator);
const width = options.includes('--width') ? Number(options[options.indexOf('--width') + 1]) : 100;
const until = options.includes('--until') ? options[options.indexOf('--until') + 1] : undefined;
const parameters = process.argv.slice(separator + 1);
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
// The width of a terminal is told through a preloaded line, since a captured stream has none.
const preload = `data:text/javascript,process.stdout.isTTY=true;process.stdout.columns=${width}`;
const { stdout, status } = spawnSync(process.execPath, ['--import', preload, main, ...parameters], {
  encoding: 'utf8',
  env: { ...process.env, FORCE_COLOR: '3', LC_ALL: 'C.UTF-8', CI: '1' },
  maxBuffer: 2 ** 26,
});
if (status !== 0) throw new Error(`overtrain ${parameters.join(' ')} ended with ${status}`);
const printed = stdout.trimEnd().split('\n');
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const end = printed.findIndex((line) => line.replace(/\u001b\[[\d;]*m/g, '').trim() === until);
if (until !== undefined && end < 0)
  throw new Error(`overtrain ${parameters.join(' ')} printed no line "${until}"`);
const shown = end < 0 ? printed : printed.slice(0, end).join('\n').trimEnd().split('\n');
writeFileSync(file, svg([`$ npx overtrain ${parameters.join(' ')}`, '', ...shown]));

/** One element per cell, so that the picture does not depend on the widths of whatever font shows it. */
function svg(texts) {
  const size = { x: width * CELL.width + 2 * MARGIN, y: texts.length * CELL.height + 2 * MARGIN };
  const rows = texts.flatMap((text, row) => cells(text, row));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.x.toFixed(0)} ${size.y.toFixed(0)}" width="${size.x.toFixed(0)}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" role="img">`,
    `<title>${escaped(texts[0].slice(2))}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="#14171c"/><g fill="#d8dce2">`,
    ...rows.filter((element) => element !== ''),
    '</g></svg>',
    '',
  ].join('\n');
}

function cells(text, row) {
  const result = [];
  let style = {};
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  for (const part of text.split(/(\u001b\[[\d;]*m)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    const codes = /^\u001b\[([\d;]*)m$/.exec(part);
    if (codes) style = nextStyle(style, codes[1].split(';').map(Number));
    else {
      for (const sign of part) {
        result.push(cell(sign, column, row, style));
        column++;
      }
    }
  }
  return result;
}

/** Braille is drawn dot by dot, everything else as text. */
function cell(sign, column, row, { colour, strong, faint }) {
  const x = MARGIN + column * CELL.width;
  const y = MARGIN + row * CELL.height;
  const paint = `${colour ? ` fill="${colour}"` : ''}${faint ? ' opacity="0.65"' : ''}`;
  const dots = sign.codePointAt(0) - 0x2800;
  if (sign === ' ' || dots === 0) return '';
  if (dots > 0 && dots < 256) {
    const circles = DOTS.filter(([bit]) => dots & bit).map(([, across, down]) => {
      const at = [x + (across + 0.5) * (CELL.width / 2), y + (down + 0.5) * (CELL.height / 4)];
      return `<circle cx="${at[0].toFixed(1)}" cy="${at[1].toFixed(1)}" r="1.1"/>`;
    });
    return `<g${paint}>${circles.join('')}</g>`;
  }
  const weight = strong ? ' font-weight="bold"' : '';
  return `<text x="${x.toFixed(1)}" y="${(y + 0.75 * CELL.height).toFixed(1)}"${paint}${weight}>${escaped(sign)}</text>`;
}

function nextStyle(style, codes) {
  if (codes[0] === 0) return {};
  const colour = codes.indexOf(38);
  if (colour >= 0 && codes[colour + 1] === 2) {
    const [red, green, blue] = codes.slice(colour + 2);
    style = { ...style, colour: `rgb(${red},${green},${blue})` };
  }
  if (codes[0] === 1) style = { ...style, strong: true };
  if (codes[0] === 2) style = { ...style, faint: true };
  return style;
}

function escaped(text) {
  return text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]);
}
