import { cellWidth, fitCells, padCells, wrapCells } from '../cell-width.js';
import { type ChartOptions, centred, finish, flow } from '../chart/draw-chart.js';
import { markersFor } from '../chart/plot.js';
import { thinned } from '../figure-series.js';
import { paintText, type Style, styleFor, withSafeTexts } from '../terminal.js';
import { readableNumber } from '../text-table.js';

export interface HeatMap {
  readonly title: string;
  readonly x: MapAxis;
  readonly y: MapAxis;
  readonly valueLabel: string;
  /** Value of each cell, row by row from the least y, each row from the least x; null where there is none. */
  readonly values: readonly (readonly (number | null)[])[];
  /** Height of a boundary for each place on the x axis, in units of y; empty for none. */
  readonly boundary: readonly (number | null)[];
  readonly boundaryLabel: string;
  /** Of cells without a value, why they have none; where it is not said, there is no value. */
  readonly missing?: readonly (readonly ('diverged' | 'no value' | 'empty' | null)[])[];
}

export interface MapAxis {
  readonly label: string;
  /** Increasing. */
  readonly places: readonly number[];
  /** What the places are called, where they are not numbers. */
  readonly names?: readonly string[];
}

/** Shades from the least value, next to nothing, to the greatest, and the signs of what has none. */
function signsFor(unicode: boolean) {
  const missing = { empty: ' ', diverged: 'D' };
  return unicode
    ? { shades: '·░▒▓█', boundary: '━', 'no value': '×', ...missing }
    : { shades: '.:+%#', boundary: '=', 'no value': 'x', ...missing };
}

const NEXT_TO_NOTHING = 0.01;

/** Shades of "cividis" (Nuñez, Anderton and Renslow 2018), which rises in lightness for every kind of colour vision. */
const COLOURS = [
  { full: '38;2;90;96;112', indexed: '38;5;60', basic: '90' },
  { full: '38;2;124;123;120', indexed: '38;5;244', basic: '34' },
  { full: '38;2;166;157;117', indexed: '38;5;144', basic: '33' },
  { full: '38;2;209;192;98', indexed: '38;5;179', basic: '93' },
  { full: '38;2;254;232;56', indexed: '38;5;220', basic: '97' },
] as const;

const SHADES = COLOURS.length;

/** How a value is shaded on a map whose greatest value is given: 0 for next to nothing up to `SHADES - 1`. */
function shadeOf(value: number, greatest: number): number {
  const share = greatest > 0 ? value / greatest : 0;
  return share > NEXT_TO_NOTHING ? Math.min(SHADES - 1, Math.ceil(share * (SHADES - 1))) : 0;
}

function isKnown(value: number | null | undefined): value is number {
  return value != null && Number.isFinite(value);
}

function legendOfMap(map: HeatMap, greatest: number, { width, unicode, colour }: ChartOptions, style: Style): string[] {
  const signs = signsFor(unicode);
  // An entry that does not fit in a line is left out.
  const entry = (sign: string, text: string, paint: (sign: string) => string = (plain) => plain) => {
    const plain = `${sign} ${text}`;
    return plain.length > width ? [] : [{ text: `${paint(sign)} ${text}`, width: plain.length }];
  };
  const shades = Array.from({ length: greatest > 0 ? SHADES : 1 }, (_, shade) => {
    const upTo = `up to ${readableNumber(NEXT_TO_NOTHING * greatest, 2)}`;
    const text = shade === 0 ? upTo : readableNumber((shade / (SHADES - 1)) * greatest, 3);
    return entry(signs.shades[shade]!, text, (sign) => paintText(sign, COLOURS[shade]!, colour));
  });
  const hasBoundary = map.boundaryLabel !== '' && map.boundary.some(isKnown);
  const why = map.values.flatMap((line, row) =>
    line.map((value, column) => (isKnown(value) ? undefined : (map.missing?.[row]?.[column] ?? 'no value'))),
  );
  const others = [
    ...(hasBoundary ? entry(signs.boundary, map.boundaryLabel, style.bad) : []),
    ...(map.missing?.flat().includes('diverged') ? entry(signs.diverged, 'diverged') : []),
    ...(why.includes('no value') ? entry(signs['no value'], 'no value') : []),
  ];
  const label = wrapCells(`${map.valueLabel}:`, width).map((line) => fitCells(line, width));
  return [...label, ...flow(shades.flat(), width), ...flow(others, width)];
}

const [WIDEST_CELL, WIDEST_NAME] = [8, 16];
/** Title, caption of y, axis, its numbers, caption of x. */
const LINES_AROUND = 5;

type Layout = ReturnType<typeof layOut>;

/** Draws a map, a line for each place on the y axis, shaded by value; places that find no room are left out evenly. */
export function drawMap(given: HeatMap, options: ChartOptions): string[] {
  const map = withSafeTexts(given, options.unicode);
  const style = styleFor(options.colour);
  const { width, height } = options;
  const title = map.title === '' ? [] : [style.strong(fitCells(map.title, width))];
  const known = map.values.flat().filter(isKnown);
  if (known.length === 0) return finish([...title, fitCells('(nothing to draw)', width)], options);
  const greatest = known.reduce((a, b) => Math.max(a, b));
  const legend = legendOfMap(map, greatest, options, style);
  const isRoomy = height >= LINES_AROUND + legend.length + 2;
  const layout = layOut(map, width, Math.max(1, height - (isRoomy ? LINES_AROUND + legend.length : 2)));
  const body = layout.rows.map((row) => mapLine(map, row, greatest, layout, options, style));
  const below = axisBelow(map, layout, options, style);
  if (!isRoomy) return finish([...body, ...below], options);
  const yCaption = style.faint(fitCells(map.y.label, width));
  const { columns, cell, gutter } = layout;
  const xCaption = style.faint(centred(map.x.label, gutter + 1, columns.length * cell, width));
  return finish([...title, yCaption, ...body, ...below, xCaption, ...legend], options);
}

/** Which cells are shown, by position, rows from the greatest y, and the cells that each and the names of rows take. */
function layOut({ x, y }: HeatMap, width: number, height: number) {
  const widest = y.places.reduce((most, _, place) => Math.max(most, cellWidth(nameOf(y, place))), 0);
  const most = y.names === undefined ? width - 2 : Math.min(width - 2, WIDEST_NAME);
  const gutter = Math.max(0, Math.min(widest, most));
  const room = Math.max(1, width - gutter - 1);
  const columns = thinned([...x.places.keys()], room);
  const cell = Math.max(1, Math.min(WIDEST_CELL, Math.floor(room / columns.length)));
  return { columns, rows: thinned([...y.places.keys()], height).reverse(), cell, gutter };
}

function nameOf({ places, names }: MapAxis, place: number): string {
  return names?.[place] ?? readableNumber(places[place]!, 3);
}

function mapLine(
  map: HeatMap,
  row: number,
  greatest: number,
  { columns, rows, cell, gutter }: Layout,
  { unicode, colour, width }: ChartOptions,
  style: Style,
): string {
  const signs = signsFor(unicode);
  const label = padCells(fitCells(nameOf(map.y, row), gutter), gutter, 'left');
  // In a window of one cell there is room for nothing but the map.
  let line = width > 1 ? style.faint(label + markersFor(unicode).tickLeft) : '';
  for (const column of columns) {
    const value = map.values[row]?.[column];
    const shade = isKnown(value) ? shadeOf(value, greatest) : 0;
    const glyph = isKnown(value) ? signs.shades[shade]! : signs[map.missing?.[row]?.[column] ?? 'no value'];
    if (!holdsBoundary(map, rows, row, map.boundary[column]))
      line += paintText(glyph.repeat(cell), COLOURS[shade]!, colour);
    else {
      const margin = Math.floor(cell / 4);
      const side = paintText(glyph.repeat(margin), COLOURS[shade]!, colour);
      line += side + style.bad(signs.boundary.repeat(cell - 2 * margin)) + side;
    }
  }
  return line;
}

/** Whether a boundary lies in the line of a row: nearer to its place than to any other that is shown. */
function holdsBoundary(
  { y }: HeatMap,
  rows: readonly number[],
  row: number,
  height: number | null | undefined,
): boolean {
  if (!isKnown(height)) return false;
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
