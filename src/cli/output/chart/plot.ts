import { cellWidth } from '../cell-width.js';
import type { AxisScale } from './draw-chart.js';

/** A point of a chart; a coordinate that is null or not finite, or not positive on a log axis, is a gap. */
export interface ChartPoint {
  readonly x: number | null;
  readonly y: number | null;
}

export interface ChartSeries {
  readonly label: string;
  readonly line: readonly ChartPoint[];
  readonly points: readonly ChartPoint[];
  /** Places worth marking, at the height of the series. */
  readonly marks: readonly (ChartPoint & { readonly label: string })[];
}

export interface Chart {
  readonly title: string;
  readonly x: { readonly label: string; readonly scale: 'linear' | 'log' };
  readonly y: Chart['x'];
  readonly series: readonly ChartSeries[];
  /** What the lines, the points and the marks mean, for the last line of the legend; empty for none. */
  readonly key: { readonly line: string; readonly points: string; readonly marks: string };
}

/** A character cell: the dots that cross it, one bit each, a character in their place or none, and the series last drawn, or −1. */
interface RasterCell {
  dots: number;
  glyph: string;
  series: number;
}

interface Dot {
  readonly x: number;
  readonly y: number;
}

// Unicode numbers the eight dots of a braille cell column by column, except for the lowest row.
const BRAILLE_BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const BRAILLE_START = 0x2800;
const ASCII_BITS = [[1], [2]] as const;
const ASCII_DOTS = [' ', "'", '.', ':'] as const;

/** `width` by `height` cells with finer dots in each: 2 by 4 in braille, 1 by 2 in ASCII. What lies outside is not drawn. */
export class Raster {
  readonly dotsAcross: number;
  readonly dotsDown: number;
  private readonly bits: readonly (readonly number[])[];
  private readonly cells: RasterCell[];

  constructor(
    readonly width: number,
    readonly height: number,
    private readonly unicode: boolean,
  ) {
    this.bits = unicode ? BRAILLE_BITS : ASCII_BITS;
    this.dotsDown = height * this.bits.length;
    this.dotsAcross = width * this.bits[0]!.length;
    this.cells = Array.from({ length: width * height }, () => ({ dots: 0, glyph: '', series: -1 }));
  }

  line(from: Dot, to: Dot, series: number): void {
    const [across, down] = [Math.abs(to.x - from.x), -Math.abs(to.y - from.y)];
    let { x, y } = from;
    let error = across + down;
    for (;;) {
      this.dot(x, y, series);
      if (x === to.x && y === to.y) return;
      const doubled = 2 * error;
      if (doubled >= down) {
        error += down;
        x += Math.sign(to.x - from.x);
      }
      if (doubled <= across) {
        error += across;
        y += Math.sign(to.y - from.y);
      }
    }
  }

  glyph(column: number, row: number, glyph: string, series: number): void {
    const cell = this.cellAt(column, row);
    if (cell !== undefined) Object.assign(cell, { glyph, series });
  }

  isFree(column: number, row: number): boolean {
    const cell = this.cellAt(column, row);
    return cell !== undefined && cell.dots === 0 && cell.glyph === '';
  }

  cellOf(dot: Dot): { column: number; row: number } {
    return { column: Math.floor(dot.x / this.bits[0]!.length), row: Math.floor(dot.y / this.bits.length) };
  }

  /** A row of cells as text; `paint` colours each run of one series. */
  row(row: number, paint: (series: number, text: string) => string): string {
    const runs: { series: number; text: string }[] = [];
    for (const cell of this.cells.slice(row * this.width, (row + 1) * this.width)) {
      const last = runs.at(-1);
      if (last?.series === cell.series) last.text += this.character(cell);
      else runs.push({ series: cell.series, text: this.character(cell) });
    }
    return runs.map(({ series, text }) => (series < 0 ? text : paint(series, text))).join('');
  }

  private character(cell: RasterCell): string {
    if (cell.glyph !== '') return cell.glyph;
    if (cell.dots === 0) return ' ';
    return this.unicode ? String.fromCharCode(BRAILLE_START + cell.dots) : ASCII_DOTS[cell.dots]!;
  }

  private dot(x: number, y: number, series: number): void {
    const { column, row } = this.cellOf({ x, y });
    const cell = this.cellAt(column, row);
    if (cell === undefined) return;
    cell.dots |= this.bits[y % this.bits.length]![x % this.bits[0]!.length]!;
    cell.series = series;
  }

  private cellAt(column: number, row: number): RasterCell | undefined {
    if (column < 0 || column >= this.width || row < 0 || row >= this.height) return undefined;
    return this.cells[row * this.width + column];
  }
}

const UNICODE_MARKERS = {
  series: '●▲■◆○△□◇',
  ...{ mark: '╳', plumb: '┊', line: '⠤⠤' },
  ...{ cornerBelow: '└', tickLeft: '┤', tickBelow: '┬', axisLeft: '│', axisBelow: '─' },
};

const ASCII_MARKERS: typeof UNICODE_MARKERS = {
  series: 'o^#x*+@%',
  ...{ mark: 'X', plumb: '|', line: '..' },
  ...{ cornerBelow: '+', tickLeft: '+', tickBelow: '+', axisLeft: '|', axisBelow: '-' },
};

/** Characters that chart, map and legend share; `plumb` is dropped from a mark to the axis, and the markers of series repeat. */
export type Markers = ReturnType<typeof markersFor>;

export function markersFor(unicode: boolean) {
  const markers = unicode ? UNICODE_MARKERS : ASCII_MARKERS;
  return { ...markers, series: (index: number) => markers.series[index % markers.series.length]! };
}

const MOST_HIDDEN = 2;

interface Place {
  readonly label: string;
  readonly column: number;
  readonly row: number;
  readonly series: number;
}

type Scales = Readonly<Record<'x' | 'y', AxisScale>>;

/** Draws lines first, then points, then marks with their labels, so that what a reader looks for lies on top. */
export function plot({ series: all }: Chart, scales: Scales, raster: Raster, markers: Markers): void {
  for (const [index, { line }] of all.entries()) drawLine(line, scales, raster, index);
  for (const [index, series] of all.entries()) drawPoints(series, scales, raster, index, markers.series(index));
  const reserved = new Set<string>();
  const placed: Place[] = [];
  for (const [series, { marks }] of all.entries()) {
    for (const mark of marks) {
      const dot = dotOf(mark, scales, raster);
      if (dot === null) continue;
      const { column, row } = raster.cellOf(dot);
      for (let below = row + 1; below < raster.height; below++)
        if (raster.isFree(column, below)) raster.glyph(column, below, markers.plumb, series);
      raster.glyph(column, row, markers.mark, series);
      reserved.add(`${column},${row}`);
      placed.push({ label: mark.label, column, row, series });
    }
  }
  for (const mark of placed) drawLabel(mark, raster, reserved);
}

function dotOf(point: ChartPoint, scales: Scales, raster: Raster): Dot | null {
  const [x, y] = [scales.x.position(point.x), scales.y.position(point.y)];
  if (x === null || y === null) return null;
  return { x: Math.round(x * (raster.dotsAcross - 1)), y: Math.round((1 - y) * (raster.dotsDown - 1)) };
}

function drawLine(points: readonly ChartPoint[], scales: Scales, raster: Raster, series: number): void {
  let last: Dot | null = null;
  for (const point of points) {
    const dot = dotOf(point, scales, raster);
    if (dot !== null) raster.line(last ?? dot, dot, series);
    last = dot;
  }
}

/** Points along a line, in any order, are thinned, each series in cells of its own, so that the line still shows between them. */
function drawPoints(series: ChartSeries, scales: Scales, raster: Raster, index: number, marker: string): void {
  const [points, line] = [series.points, series.line].map((all) =>
    all.map((point) => dotOf(point, scales, raster)).filter((dot) => dot !== null),
  ) as [Dot[], Dot[]];
  const hasPoints = points.length > 0;
  const spacing = hasPoints && line.length === 0 ? 1 : Math.max(4, Math.floor(raster.width / (hasPoints ? 12 : 6)));
  let next = spacing === 1 ? 0 : (index * 3) % spacing;
  const cells = (hasPoints ? points : line).map((dot) => raster.cellOf(dot)).sort((a, b) => a.column - b.column);
  for (const [at, { column, row }] of cells.entries()) {
    // Where a curve ends is what readers compare, so the last point is always there.
    if (spacing > 1 && column < next && at < cells.length - 1) continue;
    raster.glyph(column, row, marker, index);
    next = column + spacing;
  }
}

/** Writes a label beside a mark where it hides least; leaves it out where it would hide too much. */
function drawLabel({ label, column, row, series }: Place, raster: Raster, reserved: Set<string>): void {
  const width = cellWidth(label);
  if (width !== label.length) return;
  const [centred, right, left] = [column - Math.floor(width / 2), column + 2, column - width - 1];
  const places = [
    [centred, row + 1],
    [right, row + 1],
    [left, row + 1],
    [centred, row - 1],
    [right, row],
    [left, row],
    [centred, row + 2],
    [centred, row - 2],
  ] as const;
  const [best, ...others] = places.map(([start, at]) => ({
    start,
    at,
    hidden: hiddenCells(start, at, width, raster, reserved),
  }));
  const { start, at, hidden } = others.reduce((least, other) => (other.hidden < least.hidden ? other : least), best!);
  if (hidden > MOST_HIDDEN) return;
  for (let offset = 0; offset < width; offset++) {
    raster.glyph(start + offset, at, label[offset]!, series);
    reserved.add(`${start + offset},${at}`);
  }
}

/** How many drawn cells a label would hide; Infinity where it would leave the raster or touch a mark or a label. */
function hiddenCells(start: number, row: number, width: number, raster: Raster, reserved: ReadonlySet<string>): number {
  if (start < 0 || start + width > raster.width || row < 0 || row >= raster.height) return Number.POSITIVE_INFINITY;
  let hidden = 0;
  for (let column = start - 1; column <= start + width; column++) {
    if (reserved.has(`${column},${row}`)) return Number.POSITIVE_INFINITY;
    if (column >= start && column < start + width && !raster.isFree(column, row)) hidden++;
  }
  return hidden;
}
