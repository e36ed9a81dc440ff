// Draws what stands on a colour terminal as an SVG picture; with several screens it shows one after the other.

const CELL = { width: 8.4, height: 17 };
const MARGIN = 14;
const SECONDS_PER_SCREEN = 3;

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

/**
 * The picture of some screens of one size.
 *
 * @param screens lines of each screen, with colours as escape sequences
 * @param size width in cells, height in lines, and the title for those who cannot see it
 */
export function svgOfScreens(screens, { width, height, title }) {
  const size = { x: (width * CELL.width + 2 * MARGIN).toFixed(0), y: (height * CELL.height + 2 * MARGIN).toFixed(0) };
  const bodies = screens.map((lines) => lines.map(rowOf).join(''));
  const moving = screens.length > 1;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.x} ${size.y}" width="${size.x}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>text{white-space:pre}path{stroke-width:2.2;stroke-linecap:round;fill:none}${moving ? animation(screens.length) : ''}</style>`,
    `<rect width="100%" height="100%" rx="8" fill="#14171c"/>`,
    ...bodies.map((body, index) => {
      const turn = moving
        ? ` class="screen" style="animation-delay:${(index - screens.length) * SECONDS_PER_SCREEN}s"`
        : '';
      return `<g fill="#d8dce2" stroke="#d8dce2" stroke-width="0"${turn}>${body}</g>`;
    }),
    '</svg>',
    '',
  ].join('\n');
}

/** One screen after the other; whoever asked for less motion sees the last. */
function animation(count) {
  const share = (100 / count).toFixed(4);
  return [
    `.screen:not(:last-child){visibility:hidden}.screen{animation:turn ${count * SECONDS_PER_SCREEN}s steps(1,end) infinite}`,
    `@keyframes turn{0%{visibility:visible}${share}%{visibility:hidden}100%{visibility:hidden}}`,
    '@media (prefers-reduced-motion:reduce){.screen{animation:none}}',
  ].join('');
}

/** Runs of one style; every word has its place and length, so that the picture does not depend on the widths of a font. */
function rowOf(text, row) {
  let result = '';
  let style = {};
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  for (const part of text.split(/(\u001b\[[\d;]*m)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    const codes = /^\u001b\[([\d;]*)m$/.exec(part);
    if (codes) style = nextStyle(style, codes[1].split(';').map(Number));
    else {
      result += runOf([...part], column, row, style);
      column += [...part].length;
    }
  }
  return result;
}

/** Braille is drawn dot by dot, everything else as words of text. */
function runOf(signs, column, row, { colour, strong, faint }) {
  const y = MARGIN + row * CELL.height;
  const faded = faint ? ' opacity="0.65"' : '';
  const weight = strong ? ' font-weight="bold"' : '';
  const fill = colour ? ` fill="${colour}"` : '';
  const words = [];
  let dots = '';
  signs.forEach((sign, index) => {
    const place = column + index;
    const bits = sign.codePointAt(0) - 0x2800;
    if (sign === ' ' || bits === 0) return;
    if (bits > 0 && bits < 256) dots += dotsOf(bits, MARGIN + place * CELL.width, y);
    else if (words.at(-1)?.end === place) {
      words.at(-1).text += sign;
      words.at(-1).end++;
    } else words.push({ start: place, end: place + 1, text: sign });
  });
  const texts = words.map(({ start, end, text }) => {
    const x = short(MARGIN + start * CELL.width);
    const length = end - start < 2 ? '' : ` textLength="${short((end - start) * CELL.width)}"`;
    return `<text x="${x}" y="${short(y + 0.75 * CELL.height)}"${length}${fill}${faded}${weight}>${escaped(text)}</text>`;
  });
  const stroke = colour ? ` stroke="${colour}"` : '';
  return texts.join('') + (dots === '' ? '' : `<path d="${dots}"${stroke}${faded}/>`);
}

function dotsOf(bits, x, y) {
  return DOTS.filter(([bit]) => bits & bit)
    .map(([, across, down]) => {
      const at = [x + (across + 0.5) * (CELL.width / 2), y + (down + 0.5) * (CELL.height / 4)];
      return `M${short(at[0])} ${short(at[1])}h0`;
    })
    .join('');
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

function short(number) {
  return String(Number(number.toFixed(1)));
}

function escaped(text) {
  return text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]);
}
