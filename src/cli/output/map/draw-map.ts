import { cellWidth, fitCells, padCells, wrapCells } from '../cell-width.js';
import type { ChartOptions } from '../chart/draw-chart.js';
import { markersFor } from '../chart/plot.js';
import { oneLine } from '../one-line.js';
import { asciiText, type ColourDepth, type Style, styleFor } from '../terminal.js';
import { readableNumber } from '../text-table.js';

/** A map of two parameters as plain data, separate from how it is drawn. */
export interface HeatMap {
  readonly title: string;
  readonly x: MapAxis;
  readonly y: MapAxis;
  /** What the shades mean. */
  readonly valueLabel: string;
  /** Value of each cell, row by row from the least y, each row from the least x; null where there is none. */
  readonly values: readonly (readonly (number | null)[])[];
  /** Height of a boundary for each place on the x axis, in units of y; empty for none. */
  readonly boundary: readonly (number | null)[];
  readonly boundaryLabel: string;
  /** Of cells without a value, why they have none; where it is not said, there is no value. */
  readonly missing?: readonly (readonly (MissingCell | null)[])[];
}

/** Why a cell has no value: training diverged, nothing is known, or there is nothing in it. */
export type MissingCell = 'diverged' | 'no value' | 'empty';

/** An axis of a map: the places of its cells. */
export interface MapAxis {
  readonly label: string;
  /** Increasing. */
  readonly places: readonly number[];
  /** What the places are called, where they are not numbers. */
  readonly names?: readonly string[];
}

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

/** The lines under a map that say what its shades and signs mean; no line is wider than `width`. */
export function legendOfMap(
  { valueLabel, values, boundary, boundaryLabel, missing }: HeatMap,
  greatest: number,
  { width, unicode, colour }: ChartOptions,
  style: Style,
): string[] {
  const isMissing = (value: number | null) => value === null || !Number.isFinite(value);
  const entries = Array.from({ length: greatest > 0 ? SHADES : 1 }, (_, shade) => ({
    sign: shadeGlyph(shade, unicode),
    text:
      shade === 0 ? `up to ${readableNumber(upperEnd(0, greatest), 2)}` : readableNumber(upperEnd(shade, greatest), 3),
    paint: (sign: string) => paintShade(shade, sign, colour),
  }));
  const signs = [
    {
      sign: boundaryGlyph(unicode),
      text: boundaryLabel,
      isShown: boundary.some((height) => !isMissing(height)),
      paint: style.bad,
    },
    {
      sign: missingGlyph(unicode, 'diverged'),
      text: 'diverged',
      isShown: missing?.flat().includes('diverged') === true,
      paint: (sign: string) => sign,
    },
    {
      sign: missingGlyph(unicode),
      text: 'no value',
      isShown: values.some((line, row) =>
        line.some((value, column) => isMissing(value) && (missing?.[row]?.[column] ?? 'no value') === 'no value'),
      ),
      paint: (sign: string) => sign,
    },
  ].filter(({ isShown, text }) => isShown && text !== '');
  const [shades, others] = [entries, signs].map((items) =>
    flow(
      items.map(({ sign, text, paint }) => ({ plain: `${sign} ${text}`, painted: `${paint(sign)} ${text}` })),
      width,
    ),
  );
  return [...wrapCells(`${valueLabel}:`, width).map((line) => fitCells(line, width)), ...shades!, ...others!];
}

/** Sets items side by side, as many in a line as fit; an item that fits nowhere is left out. */
function flow(items: readonly { plain: string; painted: string }[], width: number): string[] {
  const lines: string[] = [];
  let used = 0;
  for (const { plain, painted } of items) {
    if (plain.length > width) continue;
    if (lines.length > 0 && used + 3 + plain.length <= width) {
      lines[lines.length - 1] += `   ${painted}`;
      used += 3 + plain.length;
    } else {
      lines.push(painted);
      used = plain.length;
    }
  }
  return lines;
}

const WIDEST_CELL = 8;
const WIDEST_NAME = 16;
/** Title, caption of y, axis, its numbers, caption of x. */
const LINES_AROUND = 5;

/** How a map is laid out in characters. */
interface Layout {
  /** Cells of the map that are shown, by position. */
  readonly columns: readonly number[];
  /** The same from the greatest y to the least. */
  readonly rows: readonly number[];
  readonly cell: number;
  readonly gutter: number;
}

/**
 * Draws a map as lines of text, none wider than `width`, no more than `height` of them: one line for each place on the y axis,
 * shaded by value. Shades are told apart by character as well as by colour. Places that find no room are left out evenly.
 */
export function drawMap(given: HeatMap, options: ChartOptions): string[] {
  const map = withSafeLabels(given, options.unicode);
  const style = styleFor(options.colour);
  const { width, height } = options;
  const title = map.title === '' ? [] : [style.strong(fitCells(map.title, width))];
  const known = map.values.flat().filter((value): value is number => value !== null && Number.isFinite(value));
  if (known.length === 0) return finish([...title, fitCells('(nothing to draw)', width)], options);
  const greatest = known.reduce((a, b) => Math.max(a, b));
  const legend = legendOfMap(map, greatest, options, style);
  const isRoomy = height >= LINES_AROUND + legend.length + 2;
  const layout = layOut(map, width, Math.max(1, height - (isRoomy ? LINES_AROUND + legend.length : 2)));
  const body = layout.rows.map((row) => mapLine(map, row, greatest, layout, options, style));
  const below = axisBelow(map, layout, options, style);
  if (!isRoomy) return finish([...body, ...below], options);
  const yCaption = style.faint(fitCells(map.y.label, width));
  const xCaption = style.faint(centred(map.x.label, layout, width));
  return finish([...title, yCaption, ...body, ...below, xCaption, ...legend], options);
}

function withSafeLabels(map: HeatMap, unicode: boolean): HeatMap {
  const safe = (text: string) => (unicode ? oneLine(text) : asciiText(oneLine(text)));
  const safeAxis = (axis: MapAxis): MapAxis => ({
    ...axis,
    label: safe(axis.label),
    ...(axis.names === undefined ? {} : { names: axis.names.map(safe) }),
  });
  return {
    ...map,
    title: safe(map.title),
    x: safeAxis(map.x),
    y: safeAxis(map.y),
    valueLabel: safe(map.valueLabel),
    boundaryLabel: safe(map.boundaryLabel),
  };
}

function layOut({ x, y }: HeatMap, width: number, height: number): Layout {
  const widest = y.places.reduce((most, _, place) => Math.max(most, cellWidth(nameOf(y, place))), 0);
  const most = y.names === undefined ? width - 2 : Math.min(width - 2, WIDEST_NAME);
  const gutter = Math.max(0, Math.min(widest, most));
  const room = Math.max(1, width - gutter - 1);
  const columns = thinned(x.places.length, room);
  return {
    columns,
    rows: thinned(y.places.length, height).reverse(),
    cell: Math.max(1, Math.min(WIDEST_CELL, Math.floor(room / columns.length))),
    gutter,
  };
}

function nameOf({ places, names }: MapAxis, place: number): string {
  return names?.[place] ?? readableNumber(places[place]!, 3);
}

/** Positions from 0 to `count - 1`, at most `most` of them, evenly and with both ends. */
function thinned(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  if (most === 1) return [0];
  return Array.from({ length: most }, (_, index) => Math.round((index * (count - 1)) / (most - 1)));
}

function mapLine(
  map: HeatMap,
  row: number,
  greatest: number,
  { columns, rows, cell, gutter }: Layout,
  { unicode, colour, width }: ChartOptions,
  style: Style,
): string {
  const markers = markersFor(unicode);
  const label = padCells(fitCells(nameOf(map.y, row), gutter), gutter, 'left');
  // In a window of one cell there is room for nothing but the map.
  let line = width > 1 ? style.faint(label + markers.tickLeft) : '';
  for (const column of columns) {
    const value = map.values[row]?.[column] ?? null;
    const isKnown = value !== null && Number.isFinite(value);
    const shade = isKnown ? shadeOf(value, greatest) : 0;
    const why = map.missing?.[row]?.[column] ?? undefined;
    const glyph = isKnown ? shadeGlyph(shade, unicode) : missingGlyph(unicode, why);
    const text = glyph.repeat(cell);
    if (!holdsBoundary(map, rows, row, map.boundary[column] ?? null)) line += paintShade(shade, text, colour);
    else {
      const margin = Math.floor(cell / 4);
      const middle = boundaryGlyph(unicode).repeat(cell - 2 * margin);
      const side = paintShade(shade, glyph.repeat(margin), colour);
      line += side + style.bad(middle) + side;
    }
  }
  return line;
}

/** Whether a boundary lies in the line of a row: nearer to its place than to any other that is shown. */
function holdsBoundary({ y }: HeatMap, rows: readonly number[], row: number, height: number | null): boolean {
  if (height === null || !Number.isFinite(height)) return false;
  const distance = (other: number) => Math.abs(y.places[other]! - height);
  return rows.every(
    (other) => other === row || distance(row) < distance(other) || (distance(row) === distance(other) && row > other),
  );
}

function axisBelow(
  { x }: HeatMap,
  { columns, cell, gutter }: Layout,
  { unicode, width }: ChartOptions,
  style: Style,
): string[] {
  const markers = markersFor(unicode);
  const middle = Math.floor((cell - 1) / 2);
  let axis = ' '.repeat(gutter) + markers.cornerBelow;
  let text = '';
  columns.forEach((column, index) => {
    const label = nameOf(x, column);
    const at = gutter + 1 + index * cell + middle;
    const start = Math.max(0, Math.min(at - Math.floor((cellWidth(label) - 1) / 2), width - cellWidth(label)));
    const isClear = start >= cellWidth(text) + (text === '' ? 0 : 1);
    if (isClear && start + cellWidth(label) <= width) text = padCells(text, start) + label;
    const tick = isClear ? markers.tickBelow : markers.axisBelow;
    axis += markers.axisBelow.repeat(middle) + tick + markers.axisBelow.repeat(cell - middle - 1);
  });
  return [style.faint(fitCells(axis, width)), style.faint(fitCells(text, width))];
}

function centred(text: string, { columns, cell, gutter }: Layout, width: number): string {
  const fitted = fitCells(text, width);
  const start = gutter + 1 + Math.floor((columns.length * cell - cellWidth(fitted)) / 2);
  return ' '.repeat(Math.max(0, Math.min(start, width - cellWidth(fitted)))) + fitted;
}

function finish(lines: string[], { height, unicode }: ChartOptions): string[] {
  const fitted = lines.slice(0, Math.max(0, height));
  return unicode ? fitted : fitted.map(asciiText);
}
