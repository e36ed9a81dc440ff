import { describe, expect, it } from 'vitest';
import { figureChart, MOST_SERIES } from '../../../src/cli/output/run-report.js';
import type { Figure } from '../../../src/sim/scenario/figure.js';
import type { Row, Table } from '../../../src/sim/scenario/table.js';

function table(names: readonly string[], rows: readonly Row[]): Table {
  return { columns: names.map((name) => ({ name, unit: '1', description: '' })), rows };
}

const figure: Figure = {
  id: 'curve',
  title: 'Title',
  table: 'curve',
  x: { column: 'time', label: 'time', scale: 'log' },
  y: { label: 'loss', scale: 'linear', theory: 'loss_theory', simulation: 'loss_sim' },
  series: 'gamma',
  inflection: { table: 'inflection', theory: 'time_theory', simulation: 'time_sim' },
};
const names = ['gamma', 'time', 'loss_theory', 'loss_sim'];
const inflections = ['gamma', 'time_theory', 'time_sim'];

describe('a figure as a chart', () => {
  it('has one series for each value of its column, in the order of the table', () => {
    const curve = table(names, [
      [0.2, 1, 5, 5.1],
      [0.1, 1, 3, null],
      [0.2, 2, 4, 4.1],
    ]);
    const { chart } = figureChart(figure, { curve, inflection: table(inflections, []) });
    expect(chart.series).toEqual([
      {
        label: 'gamma = 0.2',
        line: [
          { x: 1, y: 5 },
          { x: 2, y: 4 },
        ],
        points: [
          { x: 1, y: 5.1 },
          { x: 2, y: 4.1 },
        ],
        marks: [],
      },
      { label: 'gamma = 0.1', line: [{ x: 1, y: 3 }], points: [{ x: 1, y: null }], marks: [] },
    ]);
    expect(chart.key).toEqual({ line: 'theory', points: 'simulation', marks: 'inflection' });
  });

  it('marks the inflection of theory on the line, else that of the simulation on the points', () => {
    const curve = table(names, [
      [0.2, 1, 5, 6],
      [0.2, 3, 4, 7],
      [0.1, 1, 3, 2],
      [0.3, 1, 3, 2],
    ]);
    const inflection = table(inflections, [
      [0.1, null, 1],
      [0.2, 2.9, 1],
      [0.3, null, null],
    ]);
    const { chart } = figureChart(figure, { curve, inflection });
    expect(chart.series.map(({ marks }) => marks)).toEqual([
      [{ x: 2.9, y: 4, label: 'time 2.9' }],
      [{ x: 1, y: 2, label: 'time 1' }],
      [],
    ]);
  });

  it('draws the middle slice of each series, names it in the title, and marks the inflection of that slice', () => {
    const curve = table(
      ['dim', ...names],
      [2, 4].flatMap((dim) =>
        [0.1, 0.2, 0.3, 0.4].flatMap((gamma) => [
          [dim, gamma, 1, dim + gamma, null],
          [dim, gamma, 2, 0, null],
        ]),
      ),
    );
    const inflection = table(
      ['dim', ...inflections],
      [2, 4].flatMap((dim) => [0.1, 0.2, 0.3].map((gamma) => [dim, gamma, 10 * gamma, null])),
    );
    const sliced = { ...figure, series: 'dim', seriesLabel: 'width', slice: 'gamma' };
    const { chart } = figureChart(sliced, { curve, inflection });
    expect(chart.title).toBe('Title, gamma = 0.2');
    expect(chart.series.map(({ label, line, marks }) => [label, line, marks])).toEqual(
      [2, 4].map((dim) => [
        `width = ${dim}`,
        [
          { x: 1, y: dim + 0.2 },
          { x: 2, y: 0 },
        ],
        [{ x: 2, y: 0, label: 'time 2' }],
      ]),
    );
  });

  it('says that the middle is drawn where it differs between series', () => {
    const curve = table(
      ['dim', ...names],
      [
        [2, 0.5, 1, 3, null],
        [4, 0.1, 1, 4, null],
      ],
    );
    const sliced = { ...figure, series: 'dim', slice: 'gamma' };
    const { chart } = figureChart(sliced, { curve, inflection: table(['dim', ...inflections], []) });
    expect(chart.title).toBe('Title, middle gamma');
    expect(chart.series.map(({ line }) => line[0]!.y)).toEqual([3, 4]);
    const empty = figureChart(sliced, { curve: table(['dim', ...names], []) });
    expect(empty.chart.title).toBe('Title');
  });

  it('says nothing of a simulation that was not run', () => {
    const curve = table(names, [[0.2, 1, 5, null]]);
    expect(figureChart(figure, { curve, inflection: table(inflections, []) }).chart.key.points).toBe('');
  });

  it('thins more series than can be told apart, and keeps the first and the last', () => {
    const curve = table(
      names,
      Array.from({ length: 50 }, (_, gamma) => [gamma, 1, 1, 1]),
    );
    const { chart, drawn, available } = figureChart(figure, { curve, inflection: table(inflections, []) });
    expect({ drawn, available }).toEqual({ drawn: MOST_SERIES, available: 50 });
    expect(chart.series[0]!.label).toBe('gamma = 0');
    expect(chart.series.at(-1)!.label).toBe('gamma = 49');
    expect(new Set(chart.series.map(({ label }) => label)).size).toBe(MOST_SERIES);
  });
});
