import { cellWidth } from '../cell-width.js';
import type { AxisScale } from './axis-scale.js';
import type { Chart, ChartPoint, ChartSeries } from './chart.js';
import type { Markers } from './markers.js';
import type { Dot, Raster } from './raster.js';

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
function drawPoints(
  series: ChartSeries,
  scales: Scales,
  raster: Raster,
  index: number,
  marker: string,
): void {
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
  if (start < 0 || start + width > raster.width || row < 0 || row >= raster.height)
    return Number.POSITIVE_INFINITY;
  let hidden = 0;
  for (let column = start - 1; column <= start + width; column++) {
    if (reserved.has(`${column},${row}`)) return Number.POSITIVE_INFINITY;
    if (column >= start && column < start + width && !raster.isFree(column, row)) hidden++;
  }
  return hidden;
}
