import { oneLine } from '../../one-line.js';
import { asciiText } from '../ascii-text.js';
import { cellWidth, fitCells, padCells } from '../cell-width.js';
import type { ChartOptions } from '../chart/draw-chart.js';
import { markersFor } from '../chart/markers.js';
import { readableNumber } from '../number-text.js';
import { type Style, styleFor } from '../style.js';
import type { HeatMap, MapAxis } from './heat-map.js';
import { legendOfMap } from './map-legend.js';
import { boundaryGlyph, missingGlyph, paintShade, shadeGlyph, shadeOf } from './shades.js';

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
  const known = map.values
    .flat()
    .filter((value): value is number => value !== null && Number.isFinite(value));
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
    (other) =>
      other === row || distance(row) < distance(other) || (distance(row) === distance(other) && row > other),
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
    const start = Math.max(
      0,
      Math.min(at - Math.floor((cellWidth(label) - 1) / 2), width - cellWidth(label)),
    );
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
