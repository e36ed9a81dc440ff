import { isMap } from '../../sim/scenario/figure.js';
import type { RunResults } from '../../sim/scenario/run-document.js';
import type { Check, Compute, Scenario } from '../../sim/scenario/scenario.js';
import type { Table } from '../../sim/scenario/table.js';
import { drawChart } from './chart/draw-chart.js';
import { cellText, figureChart, figureMap } from './figure-series.js';
import { drawMap } from './map/draw-map.js';
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
