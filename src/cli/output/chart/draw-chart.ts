import { cellWidth, fitCells, padCells } from '../cell-width.js';
import { asciiText, type ColourDepth, type Style, safeText, styleFor } from '../terminal.js';
import { type AxisScale, axisScale, placeHorizontal, placeVertical } from './axis-scale.js';
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

export interface ChartOptions {
  readonly width: number;
  readonly height: number;
  readonly colour: ColourDepth;
  readonly unicode: boolean;
}

const LEAST_WIDTH = 4;
const LEAST_PLOT_WIDTH = 8;
const LEAST_PLOT_HEIGHT = 4;
const LINES_BELOW_PLOT = 2;

/** Draws a chart as lines of text. What does not fit is left out, the least needed first: legend, captions, axes. */
export function drawChart(given: Chart, options: ChartOptions): string[] {
  const { width, height } = options;
  const chart = withSafeLabels(given, options.unicode);
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

function withSafeLabels(chart: Chart, unicode: boolean): Chart {
  const safe = (text: string) => safeText(text, unicode);
  const { key } = chart;
  return {
    title: safe(chart.title),
    x: { ...chart.x, label: safe(chart.x.label) },
    y: { ...chart.y, label: safe(chart.y.label) },
    series: chart.series.map((series) => ({
      ...series,
      label: safe(series.label),
      marks: series.marks.map((mark) => ({ ...mark, label: safe(mark.label) })),
    })),
    key: { line: safe(key.line), points: safe(key.points), marks: safe(key.marks) },
  };
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
