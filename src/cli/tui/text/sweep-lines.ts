import { cellWidth, fitCells, padCells } from '../../output/cell-width.js';
import { drawChart } from '../../output/chart/draw-chart.js';
import type { Chart, ChartPoint } from '../../output/chart/plot.js';
import { cellText } from '../../output/figure-series.js';
import { drawMap, type HeatMap } from '../../output/map/draw-map.js';
import { facetData } from '../../sweep-figures/facet-spec.js';
import { heatData } from '../../sweep-figures/heat-spec.js';
import type { Level } from '../../sweep-figures/levels.js';
import type { SweepChoice } from '../../sweep-figures/sweep-choice.js';
import type { AxisValues, SweepRows } from '../../sweep-figures/sweep-rows.js';
import type { WindowSize } from '../state/app-state.js';
import { columnsOf, type OpenSweep, orderedRows, rowsOfSweep, type SavedSweep } from '../state/saved-sweep.js';
import { commandLines, type Display, paintLine, plainLine, type StyledLine, wrapped } from './styled-line.js';

/** A result over two axes as a map in characters; null where there are not two. */
function sweepMap(rows: SweepRows, choice: SweepChoice): HeatMap | null {
  const data = heatData(rows, choice);
  if (data === null) return null;
  const { x, y, xLevels, yLevels, cells, result, isSimulated, notes } = data;
  const width = xLevels.length;
  const grid = <Value>(pick: (one: (typeof cells)[number]) => Value) =>
    yLevels.map((_, row) => cells.slice(row * width, (row + 1) * width).map(pick));
  const compared = result.theory !== null && result.simulation !== null;
  const kind = compared ? ` (${isSimulated ? 'simulation' : 'theory'})` : '';
  return {
    title: [result.name, ...notes].join(', '),
    x: mapAxis(x, xLevels),
    y: mapAxis(y, yLevels),
    valueLabel: `${result.name}${kind}, up to`,
    values: grid(({ value }) => value),
    boundary: [],
    boundaryLabel: '',
    missing: grid((one) =>
      one.rows === 0 ? 'empty' : one.value !== null ? null : one.mark === 'diverged' ? 'diverged' : 'no value',
    ),
  };
}

function mapAxis({ column, kind }: AxisValues, levels: readonly Level[]): HeatMap['x'] {
  if (kind === 'text') return { label: column, places: [...levels.keys()], names: levels.map(({ label }) => label) };
  return { label: column, places: levels.map(({ value }, index) => (typeof value === 'number' ? value : index)) };
}

/** A result along one axis as a chart in characters, a line for each place of the other. */
function sweepChart(rows: SweepRows, choice: SweepChoice): Chart {
  const data = facetData(rows, { ...choice, series: choice.panel, panel: null });
  const { points, series, xKind, result, notes } = data;
  const texts = xKind === 'text' ? [...new Set(points.map(({ x }) => x))] : [];
  const at = (x: unknown) => (xKind === 'text' ? texts.indexOf(x as never) : Number(x));
  const lost = points.filter(({ mark }) => mark === 'diverged').length;
  const values = points.flatMap(({ theory, simulation }) => [theory, simulation]).filter((value) => value !== null);
  // What diverged stands at the upper edge, since it has no height.
  const top = values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b));
  const lines = series.map((label) => {
    const own = points.filter((point) => point.series === label);
    const line = (pick: (point: (typeof own)[number]) => number | null): ChartPoint[] =>
      own.map((point) => ({ x: at(point.x), y: pick(point) }));
    return {
      label: choice.panel === null ? result.name : `${choice.panel} = ${label}`,
      line: line(({ theory }) => theory),
      points: line(({ simulation }) => simulation),
      marks: own.filter(({ mark }) => mark === 'diverged').map(({ x }) => ({ x: at(x), y: top, label: 'diverged' })),
    };
  });
  const named = texts.length === 0 ? '' : `: ${texts.map((text, index) => `${index} ${text}`).join(', ')}`;
  const has = (what: 'theory' | 'simulation') => points.some((point) => point[what] !== null);
  const simulation = result.theory === null ? 'value' : 'simulation';
  return {
    title: [result.name, ...notes, ...(lost === 0 ? [] : [`${lost} diverged`])].join(', '),
    x: { label: `${choice.x ?? ''}${named}`, scale: xKind === 'log' ? 'log' : 'linear' },
    y: { label: result.name, scale: choice.isLog ? 'log' : 'linear' },
    series: lines,
    key: { line: has('theory') ? 'theory' : '', points: has('simulation') ? simulation : '', marks: 'diverged' },
  };
}

const [NARROWEST, WIDEST_COLUMN] = [6, 18];

export function sweepStateText({ state, kept, points }: SavedSweep): string {
  return state === 'complete' ? `complete, ${points} points` : `${state}, ${kept} of ${points} points`;
}

/** The body of the screen of a sweep: its results as a map, as curves or as a table, or how to continue it. */
export function sweepLines(sweep: OpenSweep, size: WindowSize, display: Display): readonly string[] {
  const { contents, view, choice } = sweep;
  const paint = (lines: readonly StyledLine[]) =>
    lines.map((line) => paintLine(line, size.columns, display)).slice(0, size.rows);
  if (contents === null) return paint(withoutResults(sweep, size.columns, display.unicode));
  if (view === 'table' || choice === null) return paint(tableLines(sweep, size));
  const rows = rowsOfSweep(contents);
  const options = { ...display, width: size.columns, height: size.rows };
  const map = view === 'map' ? sweepMap(rows, choice) : null;
  return map === null ? drawChart(sweepChart(rows, choice), options) : drawMap(map, options);
}

function withoutResults({ saved, message }: OpenSweep, width: number, unicode: boolean): StyledLine[] {
  const { command, state } = saved;
  if (message !== null) return wrapped(message, width, unicode, 'bad');
  if (state === 'complete') return [plainLine('reading', 'faint')];
  const text =
    state === 'running'
      ? 'It is still running; its results are merged at the end.'
      : 'Its results are merged once every point is finished.';
  return [
    plainLine(sweepStateText(saved), state === 'failed' ? 'bad' : 'caution'),
    plainLine(''),
    ...wrapped(text, width, unicode),
    ...(command === null ? [] : [plainLine(''), plainLine('To continue it:'), ...commandLines(command, width)]),
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
  const line = (cells: readonly string[], tone: (index: number) => 'strong' | 'faint' | 'plain'): StyledLine =>
    shown.map((index) => ({
      text: `${padCells(fitCells(cells[index]!, widths[index]!, '~'), widths[index]!)}  `,
      tone: tone(index),
    }));
  return [
    line(heads, (index) => (index === chosen ? 'strong' : 'faint')),
    ...seen.map((row) => line(row.map(cellText), (index) => (index === chosen ? 'strong' : 'plain'))),
    plainLine(
      `rows ${rows.length === 0 ? 0 : start + 1} to ${start + seen.length} of ${rows.length}, column ${columns[chosen]?.name ?? ''}`,
      'faint',
    ),
  ];
}
