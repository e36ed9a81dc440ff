import { cellWidth } from '../cell-width.js';
import type { AxisScale } from './axis-scale.js';

/** A point of a chart; a coordinate that is null or not finite, or not positive on a log axis, is a gap. */
export interface ChartPoint {
  readonly x: number | null;
  readonly y: number | null;
}

/** A place on the x axis worth marking, at the height of its series. */
export interface ChartMark extends ChartPoint {
  readonly label: string;
}

export interface ChartSeries {
  readonly label: string;
  /** Joined by a line, in the order given. */
  readonly line: readonly ChartPoint[];
  /** Shown by the series' marker. */
  readonly points: readonly ChartPoint[];
  readonly marks: readonly ChartMark[];
}

export interface ChartAxis {
  readonly label: string;
  readonly scale: 'linear' | 'log';
}

/** A chart as plain data, separate from how it is drawn. */
export interface Chart {
  readonly title: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly series: readonly ChartSeries[];
  /** What the lines, the points and the marks mean, for the last line of the legend; empty for none. */
  readonly key: { readonly line: string; readonly points: string; readonly marks: string };
}

/** One character cell of a drawing. */
interface RasterCell {
  /** Dots of lines that cross it, one bit each. */
  dots: number;
  /** A character in the place of the dots. */
  glyph: string;
  /** Series that drew last, or −1. */
  series: number;
}

/** A dot of a raster: column from the left, row from the top, both in dots. */
export interface Dot {
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

/**
 * A drawing area of `width` by `height` character cells with finer dots in each: 2 by 4 in braille, 1 by 2 in ASCII.
 * Whatever lies outside is not drawn.
 */
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

  /** Draws a straight line between two dots, ends included (Bresenham). */
  line(from: Dot, to: Dot, series: number): void {
    const across = Math.abs(to.x - from.x);
    const down = -Math.abs(to.y - from.y);
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

  /** Puts a character into the cell at a column and row of cells. */
  glyph(column: number, row: number, glyph: string, series: number): void {
    const cell = this.cellAt(column, row);
    if (cell === undefined) return;
    cell.glyph = glyph;
    cell.series = series;
  }

  /** Whether nothing has been drawn in a cell; false outside. */
  isFree(column: number, row: number): boolean {
    const cell = this.cellAt(column, row);
    return cell !== undefined && cell.dots === 0 && cell.glyph === '';
  }

  /** The cell of a dot. */
  cellOf(dot: Dot): { column: number; row: number } {
    return { column: Math.floor(dot.x / this.bits[0]!.length), row: Math.floor(dot.y / this.bits.length) };
  }

  /** A row of cells as text; `paint` colours each run of one series. */
  row(row: number, paint: (series: number, text: string) => string): string {
    let text = '';
    let run = '';
    let runSeries = -1;
    for (let column = 0; column < this.width; column++) {
      const cell = this.cells[row * this.width + column]!;
      if (cell.series !== runSeries) {
        text += runSeries < 0 ? run : paint(runSeries, run);
        run = '';
        runSeries = cell.series;
      }
      run += this.character(cell);
    }
    return text + (runSeries < 0 ? run : paint(runSeries, run));
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

/** Characters that chart and legend share. */
export interface Markers {
  /** Marker of the series at an index; they repeat. */
  series(index: number): string;
  readonly mark: string;
  /** Dropped from a mark to the axis. */
  readonly plumb: string;
  readonly line: string;
  readonly cornerBelow: string;
  readonly tickLeft: string;
  readonly tickBelow: string;
  readonly axisLeft: string;
  readonly axisBelow: string;
}

const UNICODE_SERIES = '●▲■◆○△□◇';
const ASCII_SERIES = 'o^#x*+@%';

const unicodeMarkers: Markers = {
  series: (index) => UNICODE_SERIES[index % UNICODE_SERIES.length]!,
  mark: '╳',
  plumb: '┊',
  line: '⠤⠤',
  cornerBelow: '└',
  tickLeft: '┤',
  tickBelow: '┬',
  axisLeft: '│',
  axisBelow: '─',
};

const asciiMarkers: Markers = {
  series: (index) => ASCII_SERIES[index % ASCII_SERIES.length]!,
  mark: 'X',
  plumb: '|',
  line: '..',
  cornerBelow: '+',
  tickLeft: '+',
  tickBelow: '+',
  axisLeft: '|',
  axisBelow: '-',
};

export function markersFor(unicode: boolean): Markers {
  return unicode ? unicodeMarkers : asciiMarkers;
}

/** A label may hide so many drawn cells at most. */
const MOST_HIDDEN = 2;

interface PlacedMark {
  readonly label: string;
  readonly column: number;
  readonly row: number;
  readonly series: number;
}

interface Scales {
  readonly x: AxisScale;
  readonly y: AxisScale;
}

/**
 * Draws the series of a chart into a raster: lines first, then points, then marks with their labels, so that what a
 * reader looks for lies on top. Series without points carry their marker on the line instead.
 */
export function plot(chart: Chart, scales: Scales, raster: Raster, markers: Markers): void {
  chart.series.forEach((series, index) => {
    drawLine(series.line, scales, raster, index);
  });
  chart.series.forEach((series, index) => {
    drawPoints(series, scales, raster, index, markers.series(index));
  });
  const reserved = new Set<string>();
  const placed: PlacedMark[] = [];
  chart.series.forEach((series, index) => {
    for (const mark of series.marks) {
      const dot = dotOf(mark, scales, raster);
      if (dot === null) continue;
      const { column, row } = raster.cellOf(dot);
      for (let below = row + 1; below < raster.height; below++) {
        if (raster.isFree(column, below)) raster.glyph(column, below, markers.plumb, index);
      }
      raster.glyph(column, row, markers.mark, index);
      reserved.add(`${column},${row}`);
      placed.push({ label: mark.label, column, row, series: index });
    }
  });
  for (const mark of placed) drawLabel(mark, raster, reserved);
}

function dotOf(point: ChartPoint, scales: Scales, raster: Raster): Dot | null {
  const x = scales.x.position(point.x);
  const y = scales.y.position(point.y);
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
  const hasPoints = series.points.some((point) => dotOf(point, scales, raster) !== null);
  const hasLine = series.line.some((point) => dotOf(point, scales, raster) !== null);
  const spacing = hasPoints && !hasLine ? 1 : Math.max(4, Math.floor(raster.width / (hasPoints ? 12 : 6)));
  let next = spacing === 1 ? 0 : (index * 3) % spacing;
  const cells = (hasPoints ? series.points : series.line)
    .map((point) => dotOf(point, scales, raster))
    .filter((dot) => dot !== null)
    .map((dot) => raster.cellOf(dot))
    .sort((a, b) => a.column - b.column);
  for (const [at, { column, row }] of cells.entries()) {
    // Where a curve ends is what readers compare, so the last point is always there.
    if (spacing > 1 && column < next && at < cells.length - 1) continue;
    raster.glyph(column, row, marker, index);
    next = column + spacing;
  }
}

/** Writes a label beside a mark where it hides least; leaves it out where it would hide too much. */
function drawLabel(mark: PlacedMark, raster: Raster, reserved: Set<string>): void {
  const { label, column, row } = mark;
  const width = cellWidth(label);
  if (width !== label.length) return;
  const [centred, right, left] = [column - Math.floor(width / 2), column + 2, column - width - 1];
  const candidates = [
    { start: centred, row: row + 1 },
    { start: right, row: row + 1 },
    { start: left, row: row + 1 },
    { start: centred, row: row - 1 },
    { start: right, row },
    { start: left, row },
    { start: centred, row: row + 2 },
    { start: centred, row: row - 2 },
  ];
  let best: (typeof candidates)[number] | undefined;
  let leastHidden = MOST_HIDDEN + 1;
  for (const candidate of candidates) {
    const hidden = hiddenCells(candidate, width, raster, reserved);
    if (hidden < leastHidden) {
      best = candidate;
      leastHidden = hidden;
    }
  }
  if (best === undefined) return;
  for (let offset = 0; offset < width; offset++) {
    raster.glyph(best.start + offset, best.row, label[offset]!, mark.series);
    reserved.add(`${best.start + offset},${best.row}`);
  }
}

/** How many drawn cells a label would hide; Infinity where it would leave the raster or touch a mark or a label. */
function hiddenCells(
  { start, row }: { start: number; row: number },
  width: number,
  raster: Raster,
  reserved: ReadonlySet<string>,
): number {
  if (start < 0 || start + width > raster.width || row < 0 || row >= raster.height) return Number.POSITIVE_INFINITY;
  let hidden = 0;
  for (let column = start - 1; column <= start + width; column++) {
    if (reserved.has(`${column},${row}`)) return Number.POSITIVE_INFINITY;
    if (column >= start && column < start + width && !raster.isFree(column, row)) hidden++;
  }
  return hidden;
}
