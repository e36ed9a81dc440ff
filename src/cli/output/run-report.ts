import { type CurveFigure, isMap, type MapFigure } from '../../sim/scenario/figure.js';
import type { RunResults } from '../../sim/scenario/run-document.js';
import type { Check, Compute, Scenario } from '../../sim/scenario/scenario.js';
import { columnIndex, type Table } from '../../sim/scenario/table.js';
import { drawChart } from './chart/draw-chart.js';
import type { Chart, ChartPoint, ChartSeries } from './chart/plot.js';
import { cellText, type FigureSeries, numberIn, readCurves, type Tables, tableOf, thinned } from './figure-series.js';
import { drawMap, type HeatMap } from './map/draw-map.js';
import { asciiText, paragraph, type Style, styleFor, type Terminal } from './terminal.js';
import { layOutTable, readableNumber } from './text-table.js';

/** Longest table that is printed whole, and how much of a longer one is shown where no figure draws it. */
const MOST_ROWS = 20;
const SAMPLE_ROWS = 5;

export function runHeading(scenario: Scenario, compute: Compute, seed: number, terminal: Terminal): string[] {
  const { strong, faint } = styleFor(terminal.colour);
  const engine =
    compute.backend === 'host' ? compute.engine : `${compute.engine} on ${compute.backend} (${compute.device})`;
  const why = compute.reason === '' ? '' : `. Why: ${compute.reason}`;
  return [
    ...paragraph(scenario.title, terminal, strong),
    ...paragraph(`${scenario.id}: engine ${engine}, ${compute.precision}, seed ${seed}${why}`, terminal, faint),
  ];
}

export function runReport(scenario: Scenario, results: RunResults, terminal: Terminal): string[] {
  const style = styleFor(terminal.colour);
  return [
    ...scenario.figures.flatMap((figure) => ['', ...figureLines(figure, results, terminal, style)]),
    ...Object.entries(results.tables).flatMap(([name, table]) => {
      if (table.rows.length === 0) return [];
      const isDrawn = scenario.figures.some((figure) => figure.table === name);
      return ['', ...tableLines(name, table, isDrawn, terminal, style)];
    }),
    ...(results.checks.length === 0 ? [] : ['', style.strong('Checks')]),
    ...results.checks.flatMap((check) => checkLines(check, terminal, style)),
    ...(results.verdict === undefined
      ? []
      : [
          '',
          ...paragraph(`Verdict on the paper: ${results.verdict.verdict}`, terminal, style.strong),
          ...paragraph(results.verdict.reason, terminal, style.faint, 2),
        ]),
    ...(results.diverged.length + results.warnings.length === 0 ? [] : ['']),
    ...results.diverged.flatMap(({ network, step, learning_rate }) => {
      const rate = network.includes('rate') ? '' : ` (learning rate ${readableNumber(learning_rate)})`;
      return paragraph(`diverged at step ${step}: ${network}${rate}`, terminal, style.bad);
    }),
    ...results.warnings.flatMap((text) => paragraph(`warning: ${text}`, terminal, style.caution)),
  ];
}

function figureLines(
  figure: Scenario['figures'][number],
  results: RunResults,
  terminal: Terminal,
  style: Style,
): string[] {
  const height = Math.min(28, Math.max(18, Math.floor(terminal.width / 3.2)));
  if (isMap(figure)) return drawMap(figureMap(figure, results.tables), { ...terminal, height });
  const { chart, drawn, available } = figureChart(figure, results.tables);
  const lines = drawChart(chart, { ...terminal, height });
  if (drawn === available) return lines;
  return [...lines, ...paragraph(`${drawn} of ${available} lines are drawn`, terminal, style.faint)];
}

function tableLines(name: string, table: Table, isDrawn: boolean, terminal: Terminal, style: Style): string[] {
  const count = table.rows.length;
  const all = `--csv --table ${name} prints all`;
  if (isDrawn && count > MOST_ROWS)
    return paragraph(`Table ${name}: ${count} rows, drawn above; ${all}`, terminal, style.faint);
  const shown = count > MOST_ROWS ? SAMPLE_ROWS : count;
  const { lines, leftOut } = layOutTable(
    {
      header: table.columns.map((column) => column.name),
      rows: table.rows.slice(0, shown).map((row) => row.map(cellText)),
      numeric: table.columns.map((_, index) => table.rows.every((row) => typeof (row[index] ?? 0) === 'number')),
    },
    terminal.width,
  );
  const [header = '', ...body] = terminal.unicode ? lines : lines.map(asciiText);
  const notes = [
    ...(shown < count ? [`${count - shown} more rows`] : []),
    ...(leftOut.length > 0 ? [`no room for ${leftOut.join(', ')}`] : []),
  ];
  return [
    ...paragraph(`Table ${name}`, terminal, style.strong),
    style.faint(header),
    ...body,
    ...(notes.length === 0 ? [] : paragraph(`… ${notes.join('; ')}; ${all}`, terminal, style.faint)),
  ];
}

/** Sign, word and tone of each verdict on a claim; the sign alone distinguishes them without colour. */
export const VERDICTS = {
  holds: { sign: '✓', plain: '+', word: 'holds', tone: 'good' },
  fails: { sign: '✗', plain: '!', word: 'FAILS', tone: 'bad' },
  'not-applicable': { sign: '–', plain: '-', word: 'not applicable', tone: 'caution' },
} as const;

function checkLines({ claim, verdict, margin, tolerance, reason }: Check, terminal: Terminal, style: Style): string[] {
  const { sign, word, tone } = VERDICTS[verdict];
  const within = tolerance === null ? '' : ` (tolerance ${readableNumber(tolerance, 3)})`;
  const slack = margin === null ? '' : `, margin ${readableNumber(margin, 3)}${within}`;
  return [
    ...paragraph(`${terminal.unicode ? `${sign} ` : ''}${claim} ${word}${slack}`, terminal, style[tone], 0, 2),
    ...(reason === '' ? [] : paragraph(reason, terminal, style.faint, 2)),
  ];
}

/** More series than this cannot be told apart in a terminal. */
export const MOST_SERIES = 8;

/** The chart of a figure, and how many of the available series are drawn in it. */
export function figureChart(figure: CurveFigure, tables: Tables) {
  const { table, title, series: available } = readCurves(figure, tables);
  const series = thinned(available, MOST_SERIES).map((one) => seriesOf(figure, table, one));
  const named = (what: 'line' | 'points', name: string) =>
    series.some((one) => one[what].some(({ y }) => y !== null)) ? name : '';
  const key = { line: named('line', 'theory'), points: named('points', 'simulation'), marks: 'inflection' };
  const [x, y] = [figure.x, figure.y].map(({ label, scale }) => ({ label, scale }));
  const chart: Chart = { title, x: x!, y: y!, series, key };
  return { chart, drawn: series.length, available: available.length };
}

function seriesOf(figure: CurveFigure, table: Table, { value, rows, inflection }: FigureSeries): ChartSeries {
  const points = (column: string | undefined): ChartPoint[] => {
    if (column === undefined) return [];
    const x = columnIndex(table.columns, figure.x.column);
    const y = columnIndex(table.columns, column);
    return rows.map((row) => ({ x: numberIn(row[x]), y: numberIn(row[y]) }));
  };
  const name = figure.seriesLabel ?? figure.series;
  const label = name === undefined ? figure.y.label : `${name} = ${cellText(value)}`;
  const marks =
    inflection === undefined ? [] : [{ ...inflection, label: `${figure.x.column} ${readableNumber(inflection.x, 3)}` }];
  return { label, line: points(figure.y.theory), points: points(figure.y.simulation), marks };
}

/** Reads the cells of a map from the tables of a run: the simulated values where there are any, those of theory otherwise. */
export function figureMap(figure: MapFigure, tables: Tables): HeatMap {
  const table = tableOf(figure, tables);
  const column = (name: string) => {
    const index = columnIndex(table.columns, name);
    return table.rows.map((row) => numberIn(row[index]));
  };
  const [across, up] = [column(figure.x.column), column(figure.y.column)];
  const { theory, simulation, label } = figure.value;
  const simulated = simulation === undefined ? [] : column(simulation);
  const isSimulated = theory === undefined || simulated.some((value) => value !== null);
  const values = isSimulated ? simulated : column(theory);
  const [x, y] = [placesOf(across), placesOf(up)];
  const cells = y.map(() => x.map((): number | null => null));
  values.forEach((value, row) => {
    const [left, height] = [x.indexOf(across[row] ?? Number.NaN), y.indexOf(up[row] ?? Number.NaN)];
    if (left >= 0 && height >= 0) cells[height]![left] = value;
  });
  return {
    title: figure.title,
    x: { label: figure.x.label, places: x },
    y: { label: figure.y.label, places: y },
    valueLabel: `${label} (${isSimulated ? 'simulation' : 'theory'}), up to`,
    values: cells,
    boundary: boundaryOf(figure, tables, x),
    boundaryLabel: figure.boundary?.label ?? '',
  };
}

function boundaryOf({ boundary }: MapFigure, tables: Tables, places: readonly number[]): (number | null)[] {
  const table = boundary === undefined ? undefined : tables[boundary.table];
  if (boundary === undefined || table === undefined) return [];
  const [x, y] = [columnIndex(table.columns, boundary.x), columnIndex(table.columns, boundary.y)];
  return places.map((place) => numberIn(table.rows.find((row) => row[x] === place)?.[y]));
}

function placesOf(values: readonly (number | null)[]): number[] {
  return [...new Set(values)].filter((value) => value !== null).sort((a, b) => a - b);
}
