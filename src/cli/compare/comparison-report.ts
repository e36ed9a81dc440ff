import { type CurveFigure, isMap } from '../../sim/scenario/figure.js';
import type { RunDocument } from '../../sim/scenario/run-document.js';
import type { Scenario } from '../../sim/scenario/scenario.js';
import { plainText } from '../../theory/invalid-input.js';
import { drawChart } from '../output/chart/draw-chart.js';
import type { ChartSeries } from '../output/chart/plot.js';
import { thinned } from '../output/figure-series.js';
import { figureChart } from '../output/run-report.js';
import { paragraph, styleFor, type Terminal } from '../output/terminal.js';
import { layOutTable, readableNumber } from '../output/text-table.js';
import type { Finding, PublishedSource } from '../published/published.js';
import type { ColumnDifference, RunComparison, TableDifference } from './compare-runs.js';

const LONGEST_VALUE = 60;
/** Curves of each run in the overlay. */
const MOST_CURVES = 4;

export function comparisonReport(
  comparison: RunComparison,
  scenario: Scenario,
  documents: readonly [RunDocument, RunDocument],
  terminal: Terminal,
): string[] {
  const style = styleFor(terminal.colour);
  const { a, b, settings, tables, verdict, problems } = comparison;
  return [
    ...paragraph(`A ${a}, B ${b}: two runs of ${comparison.scenario}`, terminal, style.strong),
    '',
    ...(settings.length === 0
      ? paragraph('Both runs have the same settings.', terminal)
      : settings.flatMap(({ name, a: first, b: second }) =>
          paragraph(`${name}: A ${valueText(first)}, B ${valueText(second)}`, terminal, undefined, 0, 2),
        )),
    ...tables.flatMap((table) => ['', ...tableLines(table, terminal)]),
    ...overlayLines(scenario, documents, terminal),
    '',
    ...problems.flatMap((problem) => paragraph(`warning: ${problem}`, terminal, style.caution)),
    ...paragraph(
      verdict === 'alike'
        ? 'The same: nothing differs by more than the standard errors explain.'
        : 'Different: see the tables above.',
      terminal,
      verdict === 'alike' ? style.good : style.bad,
    ),
  ];
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : plainText(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
}

const WORDS: Readonly<Record<ColumnDifference['verdict'], string>> = {
  equal: 'equal',
  differs: 'differs',
  'within-noise': 'within noise',
  significant: 'SIGNIFICANT',
  unjudged: 'differs, no standard error',
};

function tableLines({ table, keys, rows, columns }: TableDifference, terminal: Terminal): string[] {
  const style = styleFor(terminal.colour);
  const matched = keys.length === 0 ? 'by number' : `by ${keys.join(', ')}`;
  const count =
    rows.matched === rows.a && rows.matched === rows.b
      ? `${rows.matched} rows`
      : `${rows.matched} rows in common, of ${rows.a} and ${rows.b}`;
  const differing = columns.filter(({ verdict }) => verdict !== 'equal');
  const heading = paragraph(`Table ${table}: ${count}, matched ${matched}`, terminal, style.strong);
  if (differing.length === 0)
    return [...heading, ...paragraph(rows.matched === 0 ? 'no rows in common' : 'equal to the last bit', terminal)];
  const { lines } = layOutTable(
    {
      header: ['column', 'verdict', 'differing', 'largest', 'z', 'p'],
      rows: differing.map(({ column, verdict, differing: number, largest, z, p }) => [
        column,
        WORDS[verdict],
        String(number),
        ...[largest, z, p].map((value) => (value === null ? '–' : readableNumber(value, 3))),
      ]),
      numeric: [false, false, true, true, true, true],
    },
    terminal.width,
  );
  return [...heading, ...lines.flatMap((line) => (terminal.unicode ? [line] : [line.replaceAll('–', '-')]))];
}

/** The first figure with curves, those of B as lines and those of A as they are. */
function overlayLines(
  { figures }: Scenario,
  [a, b]: readonly [RunDocument, RunDocument],
  terminal: Terminal,
): string[] {
  const figure = figures.find((one): one is CurveFigure => !isMap(one));
  // A run of another version may lack what this one's figure draws.
  if (figure === undefined || ![a, b].every(({ tables }) => canDraw(figure, tables))) return [];
  const { chart } = figureChart(figure, a.tables);
  const other = figureChart(figure, b.tables).chart;
  const series = [
    ...thinned(chart.series, MOST_CURVES).map((one) => ({ ...one, label: `A: ${one.label}` })),
    ...thinned(other.series, MOST_CURVES).map(linesOnly),
  ];
  return ['', ...drawChart({ ...chart, series }, { ...terminal, height: 24 })];
}

function canDraw({ table, x, y, series, slice, inflection }: CurveFigure, tables: Tables): boolean {
  const has = (name: string, columns: readonly (string | undefined)[]) =>
    Object.hasOwn(tables, name) &&
    columns.every((column) => column === undefined || tables[name]!.columns.some((one) => one.name === column));
  return (
    has(table, [x.column, y.theory, y.simulation, series, slice]) &&
    (inflection === undefined || has(inflection.table, [series, slice, inflection.theory, inflection.simulation]))
  );
}

type Tables = RunDocument['tables'];

/** Points of two overlaid runs could not be told apart. */
function linesOnly(series: ChartSeries): ChartSeries {
  const hasPoints = series.points.some(({ y }) => y !== null);
  return { ...series, label: `B: ${series.label}`, line: hasPoints ? series.points : series.line, points: [] };
}

export function publishedReport(
  folder: string,
  { scenario }: RunDocument,
  { title, arxiv }: PublishedSource,
  findings: readonly Finding[],
  problems: readonly string[],
  terminal: Terminal,
): string[] {
  const style = styleFor(terminal.colour);
  const paint = { agrees: style.good, mismatch: style.bad, open: style.caution };
  const count = (verdict: Finding['verdict']) => findings.filter((one) => one.verdict === verdict).length;
  return [
    ...paragraph(`${folder}, a run of ${scenario}, compared with ${title} (arXiv ${arxiv})`, terminal, style.strong),
    ...paragraph(
      'Orderings, signs and plateaus are compared; absolute losses of language models are beyond a linear model.',
      terminal,
      style.faint,
    ),
    ...findings.flatMap(({ figure, published, run, verdict }) => [
      '',
      ...paragraph(`${verdict === 'mismatch' ? 'MISMATCH' : verdict} (${figure})`, terminal, paint[verdict]),
      ...paragraph(`published: ${published}`, terminal, undefined, 2, 4),
      ...paragraph(`this run: ${run}`, terminal, undefined, 2, 4),
    ]),
    '',
    ...problems.flatMap((problem) => paragraph(`warning: ${problem}`, terminal, style.caution)),
    ...paragraph(
      `${count('agrees')} agree, ${count('mismatch')} do not, ${count('open')} cannot be decided from this run.`,
      terminal,
    ),
  ];
}
