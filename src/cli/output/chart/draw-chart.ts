import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from 'd3-scale';
import { cellWidth, fitCells, padCells } from '../cell-width.js';
import { asciiText, type Style, styleFor, type Terminal, withSafeTexts } from '../terminal.js';
import { readableNumber } from '../text-table.js';
import { type Chart, type ChartPoint, type Markers, markersFor, plot, Raster } from './plot.js';

function legendLines({ series, key }: Chart, width: number, markers: Markers, style: Style): string[] {
  const named = series.length < 2 ? [] : series.map(({ label }, index) => `${markers.series(index)} ${label}`);
  const hasMarks = series.some(({ marks }) => marks.some(({ x, y }) => x !== null && y !== null));
  const signs = [
    [markers.line, key.line],
    [markers.series(0), key.points],
    [markers.mark, hasMarks ? key.marks : ''],
  ].flatMap(([sign, meaning]) => (meaning === '' ? [] : [`${sign} ${meaning}`]));
  const item = (text: string, paint: (text: string) => string) => {
    const fitted = fitCells(text, width);
    return { text: paint(fitted), width: cellWidth(fitted) };
  };
  return [
    ...flow(
      named.map((text, index) => item(text, (fitted) => style.series(index, fitted))),
      width,
    ),
    ...flow(
      signs.map((text) => item(text, (fitted) => fitted)),
      width,
    ),
  ];
}

const GAP = '   ';

export function flow(items: readonly { text: string; width: number }[], width: number): string[] {
  const lines: string[] = [];
  let used = 0;
  for (const item of items) {
    if (lines.length > 0 && used + GAP.length + item.width <= width) {
      lines[lines.length - 1] += GAP + item.text;
      used += GAP.length + item.width;
    } else {
      lines.push(item.text);
      used = item.width;
    }
  }
  return lines;
}

export type ChartOptions = Pick<Terminal, 'width' | 'colour' | 'unicode'> & { readonly height: number };

const LEAST_WIDTH = 4;
const [LEAST_PLOT_WIDTH, LEAST_PLOT_HEIGHT, LINES_BELOW_PLOT] = [8, 4, 2];

/** Draws a chart as lines of text. What does not fit is left out, the least needed first: legend, captions, axes. */
export function drawChart(given: Chart, options: ChartOptions): string[] {
  const { width, height } = options;
  const chart = withSafeTexts(given, options.unicode);
  const style = styleFor(options.colour);
  const markers = markersFor(options.unicode);
  const x = axisScale(chart.x.scale, coordinates(chart, 'x'));
  const y = axisScale(chart.y.scale, coordinates(chart, 'y'));
  const title = chart.title === '' ? [] : [style.strong(fitCells(chart.title, width))];
  if (width < LEAST_WIDTH) return finish(title, options);
  if (x === null || y === null) return finish([...title, fitCells('(nothing to draw)', width)], options);

  let room = height - LEAST_PLOT_HEIGHT - LINES_BELOW_PLOT;
  const take = (lines: string[]): string[] => {
    if (lines.length > room) return [];
    room -= lines.length;
    return lines;
  };
  const xCaption = take([caption(chart.x.label, chart.x.scale)]);
  const yCaption = take([style.faint(fitCells(caption(chart.y.label, chart.y.scale), width))]);
  const legend = take(legendLines(chart, width, markers, style));
  const heading = take(title);
  const around = [...xCaption, ...yCaption, ...legend, ...heading];
  const rows = Math.max(1, height - LINES_BELOW_PLOT - around.length);
  const rowLabels = placeVertical(y, rows);
  const widest = Math.max(0, ...rowLabels.map(({ text }) => cellWidth(text)));
  const gutter = Math.max(0, Math.min(widest, width - 1 - LEAST_PLOT_WIDTH));
  const columns = Math.max(1, width - gutter - 1);
  const raster = new Raster(columns, rows, options.unicode);
  plot(chart, { x, y }, raster, markers);
  const body = Array.from({ length: rows }, (_, row) => {
    const label = rowLabels.find(({ tick }) => tick === row);
    const text = label === undefined ? '' : fitCells(label.text, gutter);
    const axis = label === undefined ? markers.axisLeft : markers.tickLeft;
    return style.faint(padCells(text, gutter, 'left') + axis) + raster.row(row, style.series);
  });
  const below = axisBelow(x, columns, gutter, markers).map((line) => style.faint(line));
  const xLine = xCaption.map((text) => style.faint(centred(text, gutter + 1, columns, width)));
  return finish([...heading, ...yCaption, ...body, ...below, ...xLine, ...legend], options);
}

function* coordinates(chart: Chart, axis: keyof ChartPoint): Generator<number | null> {
  for (const { line, points } of chart.series) {
    for (const point of line) yield point[axis];
    for (const point of points) yield point[axis];
  }
}

function caption(label: string, scale: 'linear' | 'log'): string {
  return scale === 'log' ? `${label} (log)` : label;
}

function axisBelow(x: AxisScale, columns: number, gutter: number, markers: Markers): string[] {
  const labels = placeHorizontal(x, columns, gutter);
  const ticks = new Set(labels.map(({ tick }) => tick));
  let axis = ' '.repeat(gutter) + markers.cornerBelow;
  for (let column = 0; column < columns; column++) axis += ticks.has(column) ? markers.tickBelow : markers.axisBelow;
  let text = '';
  for (const label of labels) text = padCells(text, gutter + 1 + label.start) + label.text;
  return [axis, text];
}

/** A caption under the middle of `columns` cells that begin at `from`, or as near to it as it fits in a line. */
export function centred(text: string, from: number, columns: number, width: number): string {
  const start = Math.max(0, Math.min(from + Math.floor((columns - cellWidth(text)) / 2), width - cellWidth(text)));
  return ' '.repeat(start) + fitCells(text, width - start);
}

export function finish(lines: string[], { height, unicode }: ChartOptions): string[] {
  const fitted = lines.slice(0, Math.max(0, height));
  return unicode ? fitted : fitted.map(asciiText);
}

interface PlacedLabel {
  readonly text: string;
  readonly start: number;
  readonly tick: number;
}

const [APART, ENOUGH_TICKS] = [2, 4];

/** Labels of a horizontal axis, two cells apart, the lowest ranks first, each centred under its tick as far as the edges allow. */
export function placeHorizontal(scale: AxisScale, cells: number, before: number): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  for (const tick of byRank(scale.ticks(Math.floor(cells / 9)))) {
    const position = scale.position(tick.value);
    const width = cellWidth(tick.label);
    if (position === null || width > cells + before) continue;
    const at = Math.round(position * (cells - 1));
    const start = Math.min(Math.max(at - Math.floor(width / 2), -before), cells - width);
    const isClear = placed.every(
      (other) => start >= other.start + cellWidth(other.text) + APART || start + width + APART <= other.start,
    );
    if (isClear) placed.push({ text: tick.label, start, tick: at });
  }
  return placed.sort((a, b) => a.start - b.start);
}

/** Chooses which ticks of a vertical axis are labelled, at most one in two rows; row 0 is the highest. */
export function placeVertical(scale: AxisScale, rows: number): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  for (const tick of byRank(scale.ticks(Math.floor(rows / 3)))) {
    const position = scale.position(tick.value);
    if (position === null) continue;
    const row = Math.round((1 - position) * (rows - 1));
    if (placed.every((other) => Math.abs(other.tick - row) >= 2))
      placed.push({ text: tick.label, start: row, tick: row });
  }
  return placed;
}

/** The round ticks first, and nothing but them where there are enough. */
function byRank(ticks: readonly Tick[]): Tick[] {
  const round = ticks.filter(({ rank }) => rank < 2);
  return [...(round.length >= ENOUGH_TICKS ? round : ticks)].sort((a, b) => a.rank - b.rank);
}

interface Tick {
  readonly value: number;
  readonly label: string;
  /** The lower, the rather it is labelled where room is short. */
  readonly rank: number;
}

export interface AxisScale {
  /** Position from the axis' beginning, or null for a value that the axis cannot show. */
  position(value: number | null): number | null;
  /** About `count` ticks within the axis. */
  ticks(count: number): Tick[];
}

const MOST_DIGITS = 17;

/** The scale that shows all values that can be shown, a constant in the middle; null where none can. */
export function axisScale(kind: 'linear' | 'log', values: Iterable<number | null>): AxisScale | null {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!isShown(kind, value)) continue;
    [least, greatest] = [Math.min(least, value), Math.max(greatest, value)];
  }
  if (least > greatest) return null;
  return kind === 'log' ? logScale(least, greatest) : linearScale(least, greatest);
}

function isShown(kind: 'linear' | 'log', value: number | null): value is number {
  return value !== null && Number.isFinite(value) && (kind === 'linear' || value > 0);
}

function linearScale(least: number, greatest: number): AxisScale {
  const [from, to] = least === greatest ? widened(least) : [least, greatest];
  // Halves, so that the span of the greatest float64 numbers does not overflow.
  const span = to / 2 - from / 2;
  return {
    position: (value) => (isShown('linear', value) ? clamp(span === 0 ? 0.5 : (value / 2 - from / 2) / span) : null),
    ticks: (count) => labelled(ticksOf(scaleLinear().domain([from, to]), count), () => 0),
  };
}

function logScale(least: number, greatest: number): AxisScale {
  const [low, high] = [Math.log10(least), Math.log10(greatest)];
  const [from, to] = high - low < 1e-9 ? [low - 1, high + 1] : [low, high];
  const domain = [Math.max(10 ** from, Number.MIN_VALUE), Math.min(10 ** to, Number.MAX_VALUE)] as const;
  return {
    position: (value) => (isShown('log', value) ? clamp((Math.log10(value) - from) / (to - from)) : null),
    ticks: (count) => labelled(ticksOf(scaleLog().domain(domain), count), decadeRank),
  };
}

function widened(value: number): [number, number] {
  const margin = Math.abs(value) / 10 || 1;
  return [Math.max(value - margin, -Number.MAX_VALUE), Math.min(value + margin, Number.MAX_VALUE)];
}

function clamp(position: number): number {
  return Math.min(1, Math.max(0, position));
}

/** Below this, float64 numbers lose digits, and steps between ticks can no longer be told from zero. */
const LEAST_SPAN = 1e-300;

/** More ticks than this have no room on any terminal; over dozens of decades the scale would give hundreds. */
const MOST_TICKS = 150;

function ticksOf(scale: ScaleContinuousNumeric<number, number>, count: number): number[] {
  const [from = 0, to = 0] = scale.domain();
  const isFine = to - from >= LEAST_SPAN && Number.isFinite(to - from);
  const ticks = isFine ? scale.ticks(Math.max(1, count)) : [];
  const inside = ticks.filter((value) => Number.isFinite(value) && value >= from && value <= to);
  const apart = Math.ceil(inside.length / MOST_TICKS);
  return inside.length > 0 ? inside.filter((_, index) => index % apart === 0) : [...new Set([from, to])];
}

/** Powers of ten before twice and five times them before the rest. */
function decadeRank(value: number): number {
  const mantissa = Number(value.toExponential(3).split('e')[0]);
  return mantissa === 1 ? 0 : mantissa === 2 || mantissa === 5 ? 1 : 2;
}

/** The fewest digits that distinguish the ticks. */
function labelled(values: readonly number[], rank: (value: number) => number): Tick[] {
  for (let digits = 4; ; digits++) {
    const labels = values.map((value) => readableNumber(value, digits));
    if (new Set(labels).size === values.length || digits === MOST_DIGITS) {
      return values.map((value, index) => ({ value, label: labels[index]!, rank: rank(value) }));
    }
  }
}
