import { cellWidth } from '../../output/cell-width.js';
import type { Chart } from '../../output/chart/chart.js';
import { drawChart } from '../../output/chart/draw-chart.js';
import { cellText } from '../../output/figure-series.js';
import { drawMap } from '../../output/map/draw-map.js';
import type { WindowSize } from '../state/app-state.js';
import {
  columnsOf,
  type OpenSweep,
  orderedRows,
  rowsOfSweep,
  type SavedSweep,
} from '../state/saved-sweep.js';
import { type Display, paintLine, plainLine, type StyledLine, wrapped } from './styled-line.js';
import { sweepChart, sweepMap } from './sweep-drawing.js';

const [NARROWEST, WIDEST_COLUMN] = [6, 18];

/** How far a sweep is, in words. */
export function sweepStateText({ state, kept, points }: SavedSweep): string {
  return state === 'complete' ? `complete, ${points} points` : `${state}, ${kept} of ${points} points`;
}

/** The body of the screen of a sweep: its results as a map, as curves or as a table, or how to go on with it. */
export function sweepLines(sweep: OpenSweep, size: WindowSize, display: Display): readonly string[] {
  const { contents, view, choice } = sweep;
  const paint = (lines: readonly StyledLine[]) =>
    lines.map((line) => paintLine(line, size.columns, display)).slice(0, size.rows);
  if (contents === null) return paint(withoutResults(sweep, size.columns, display.unicode));
  if (view === 'table' || choice === null) return paint(tableLines(sweep, size));
  const rows = rowsOfSweep(contents);
  const options = { ...display, width: size.columns, height: size.rows };
  const map = view === 'map' ? sweepMap(rows, choice) : null;
  if (map !== null) return drawMap(map, options);
  const chart: Chart = sweepChart(rows, choice);
  return drawChart(chart, options);
}

function withoutResults({ saved, message }: OpenSweep, width: number, unicode: boolean): StyledLine[] {
  const { command, state } = saved;
  if (message !== null) return wrapped(message, width, unicode, 'bad');
  if (state === 'complete') return [plainLine('reading', 'faint')];
  const text =
    state === 'running'
      ? 'It is being computed; its results are put together at the end.'
      : 'Its results are put together once every point is there.';
  return [
    plainLine(sweepStateText(saved), state === 'failed' ? 'bad' : 'caution'),
    plainLine(''),
    ...wrapped(text, width, unicode),
    ...(command === null
      ? []
      : [
          plainLine(''),
          plainLine('To go on with it:'),
          // Cut only where it must be, so that it can be copied from the screen.
          ...Array.from({ length: Math.ceil(command.length / width) }, (_, index) =>
            plainLine(command.slice(index * width, (index + 1) * width), 'strong'),
          ),
        ]),
  ];
}

function tableLines(sweep: OpenSweep, { columns: width, rows: height }: WindowSize): StyledLine[] {
  const rows = orderedRows(sweep);
  const room = Math.max(1, height - 2);
  const start = Math.min(sweep.row, Math.max(0, rows.length - room));
  const seen = rows.slice(start, start + room);
  const columns = columnsOf(sweep);
  const { column: chosen, order } = sweep;
  const heads = columns.map(({ name }, index) => {
    const sign = order?.column === index ? (order.sign === 1 ? ' +' : ' -') : '';
    return `${name}${sign}`;
  });
  const widths = heads.map((head, index) =>
    Math.min(
      WIDEST_COLUMN,
      Math.max(NARROWEST, cellWidth(head), ...seen.map((row) => cellWidth(cellText(row[index] ?? null)))),
    ),
  );
  // As many columns as fit, the chosen one among them.
  let first = 0;
  const span = (from: number) => widths.slice(from, chosen + 1).reduce((sum, one) => sum + one + 2, 0);
  while (first < chosen && span(first) > width) first++;
  const shown = columns.map((_, index) => index).slice(first);
  const line = (
    cells: readonly string[],
    tone: (index: number) => 'strong' | 'faint' | 'plain',
  ): StyledLine =>
    shown.map((index) => ({
      text: `${fitted(cells[index]!, widths[index]!)}  `,
      tone: tone(index),
    }));
  return [
    line(heads, (index) => (index === chosen ? 'strong' : 'faint')),
    ...seen.map((row) =>
      line(
        row.map((cell) => cellText(cell)),
        (index) => (index === chosen ? 'strong' : 'plain'),
      ),
    ),
    plainLine(
      `rows ${rows.length === 0 ? 0 : start + 1} to ${start + seen.length} of ${rows.length}, column ${columns[chosen]?.name ?? ''}`,
      'faint',
    ),
  ];
}

function fitted(text: string, width: number): string {
  const cut = cellWidth(text) > width ? `${[...text].slice(0, width - 1).join('')}~` : text;
  return cut + ' '.repeat(Math.max(0, width - cellWidth(cut)));
}
