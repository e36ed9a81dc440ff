import { cellWidth, fitCells } from '../cell-width.js';
import type { Style } from '../style.js';
import type { Chart } from './chart.js';
import type { Markers } from './markers.js';

/** The lines under a chart that say which series and which signs are which; no line is wider than `width`. */
export function legendLines(chart: Chart, width: number, markers: Markers, style: Style): string[] {
  const series =
    chart.series.length < 2
      ? []
      : chart.series.map(({ label }, index) => {
          const text = fitCells(`${markers.series(index)} ${label}`, width);
          return { text: style.series(index, text), width: cellWidth(text) };
        });
  const hasMarks = chart.series.some(({ marks }) => marks.some(({ x, y }) => x !== null && y !== null));
  const key = [
    { sign: markers.line, meaning: chart.key.line },
    { sign: markers.series(0), meaning: chart.key.points },
    { sign: markers.mark, meaning: hasMarks ? chart.key.marks : '' },
  ]
    .filter(({ meaning }) => meaning !== '')
    .map(({ sign, meaning }) => {
      const text = fitCells(`${sign} ${meaning}`, width);
      return { text, width: cellWidth(text) };
    });
  return [...flow(series, width), ...flow(key, width)];
}

const GAP = '   ';

/** Sets items side by side, as many in a line as fit. */
function flow(items: readonly { text: string; width: number }[], width: number): string[] {
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
