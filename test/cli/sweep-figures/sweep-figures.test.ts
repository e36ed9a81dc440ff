import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { compileFigure } from '../../../src/cli/figures/draw-figure.js';
import { DARK, LIGHT, PAGE } from '../../../src/cli/figures/theme.js';
import { readResult } from '../../../src/cli/results/read-result.js';
import { facetData, facetSpec } from '../../../src/cli/sweep-figures/facet-spec.js';
import { heatData, heatSpec } from '../../../src/cli/sweep-figures/heat-spec.js';
import { parallelData, valueAt } from '../../../src/cli/sweep-figures/parallel-spec.js';
import { completed, defaultChoice, type SweepChoice } from '../../../src/cli/sweep-figures/sweep-choice.js';
import { sweepFigures } from '../../../src/cli/sweep-figures/sweep-figure-files.js';
import {
  readSweepRows,
  type SweepAxis,
  type SweepRows,
  type SweepSummary,
} from '../../../src/cli/sweep-figures/sweep-rows.js';
import type { Cell, Table } from '../../../src/sim/scenario/table.js';
import { call } from '../support/call.js';

const home = mkdtempSync(join(tmpdir(), 'overtrain-sweep-figures-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Sweeps of the made-up parabolas: a check fails where `fail` is yes, settings with fewer times than gammas have no numbers. */
const FILE = `
scenario: parabola
params: {gammas: "0.2,0.1"}
axes:
  - parameter: count
    list: [1, 20, 40, 80]
  - parameter: fail
    list: ["no", "yes"]
replicates: 4
output: {table: curve}
`;

interface Line {
  readonly [column: string]: string;
}

/** The table as its CSV file has it, read by nothing of ours; no field of it has a comma. */
function csvLines(path: string): Line[] {
  const [head = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const names = head.split(',');
  return lines.map((line) => {
    const fields = line.startsWith('"') || line.includes(',"') ? line.replace(/"[^"]*"/, '"') : line;
    return Object.fromEntries(fields.split(',').map((field, index) => [names[index]!, field]));
  });
}

/** Mean and standard error by their definitions. */
function direct(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: values.length < 2 ? null : Math.sqrt(squares / (values.length - 1) / values.length) };
}

let rows: SweepRows;
let lines: Line[];
let table: Table;
let summary: SweepSummary;
beforeAll(async () => {
  const file = join(home, 'sweep.yaml');
  writeFileSync(file, FILE);
  const out = join(home, 'out');
  expect(await call(['sweep', file, '--out', out])).toMatchObject({ code: 1, stderr: '' });
  const stored = await readResult(out);
  summary = stored.sweep!;
  table = stored.document.tables.points!;
  rows = readSweepRows(summary, table);
  lines = csvLines(join(out, 'merged.csv'));
});

const choice = (change: Partial<SweepChoice>): SweepChoice => ({
  ...completed(rows, { result: 'loss', x: 'time', panel: 'count', series: 'gamma' }),
  ...change,
});

test('what a sweep varies and what it finds is told apart, with the scales that they have', () => {
  expect(summary.axes).toEqual([
    { column: 'count', form: 'list', scale: null },
    { column: 'fail', form: 'list', scale: null },
    { column: 'gamma', form: 'row', scale: null },
    { column: 'time', form: 'row', scale: 'linear' },
  ]);
  expect(summary.results).toEqual([{ name: 'loss', theory: 'loss_theory', simulation: 'loss_sim', error: null }]);
  expect(rows.axes.map(({ column, kind }) => [column, kind])).toEqual([
    ['count', 'linear'],
    ['fail', 'text'],
    ['gamma', 'linear'],
    ['time', 'linear'],
  ]);
  expect(defaultChoice(rows)).toMatchObject({ result: 'loss', x: 'time', panel: 'count', isLog: true });
});

describe('facets', () => {
  it('have the means and standard errors that the CSV file has', () => {
    const { points, panels } = facetData(rows, choice({ x: 'gamma', panel: 'count', series: 'fail', slices: {} }));
    expect(panels).toEqual(['1', '20', '40', '80']);
    for (const point of points.filter(({ panel }) => panel !== '1')) {
      const own = lines.filter(
        (line) => line.count === point.panel && line.fail === point.series && Number(line.gamma) === Number(point.x),
      );
      const numbers = own.filter(({ loss_sim }) => loss_sim !== '').map(({ loss_sim }) => Number(loss_sim));
      const { mean, error } = direct(numbers);
      expect(point.count).toBe(numbers.length);
      // Both are sums of a few hundred rounded numbers: a thousand roundings of 1.1e-16 at most.
      expect(Math.abs(point.simulation! / mean - 1)).toBeLessThan(1.2e-13);
      expect(Math.abs(point.error! / error! - 1)).toBeLessThan(1e-10);
      expect(Math.abs(point.theory! / direct(own.map((line) => Number(line.loss_theory))).mean - 1)).toBeLessThan(
        1.2e-13,
      );
    }
  });

  it('say what diverged, what has no numbers, and where a check failed', () => {
    const { points } = facetData(rows, choice({ x: 'time', series: 'fail', slices: { gamma: 0 } }));
    const marksOf = (pick: (one: (typeof points)[number]) => boolean) => [
      ...new Set(points.filter(pick).map(({ mark }) => mark)),
    ];
    // A single time is fewer than the gammas, which the scenario refuses.
    expect(marksOf(({ panel }) => panel === '1')).toEqual(['run failed']);
    // The scenario gives no simulated loss beyond time 15, and says that it diverged.
    expect(marksOf(({ panel, x }) => panel === '40' && Number(x) > 16)).toEqual(['diverged']);
    expect(marksOf(({ panel, x, series }) => panel === '40' && Number(x) < 14 && series === 'yes')).toEqual([
      'failed check',
    ]);
    expect(marksOf(({ panel, x, series }) => panel === '40' && Number(x) < 14 && series === 'no')).toEqual([null]);
  });

  it('cut an axis that is not drawn where the reader says, or average over it', () => {
    const at = (slices: SweepChoice['slices']) =>
      facetData(rows, choice({ x: 'gamma', panel: 'count', series: null, slices })).points.find(
        ({ panel, x }) => panel === '20' && x === 0.2,
      )!;
    const own = lines.filter((line) => line.count === '20' && line.gamma === '0.2' && line.loss_sim !== '');
    expect(at({ fail: null }).count).toBe(own.length);
    expect(at({ fail: 1 }).count).toBe(own.filter(({ fail }) => fail === 'yes').length);
  });
});

describe('the heat map', () => {
  it('has a cell for every pair of places with the mean of the CSV file, and empty ones', () => {
    const data = heatData(rows, choice({ x: 'gamma', panel: 'count', series: null, slices: { fail: 0, time: null } }))!;
    expect(data.cells).toHaveLength(data.xLevels.length * data.yLevels.length);
    for (const cell of data.cells) {
      const own = lines.filter(
        (line) =>
          line.fail === 'no' &&
          line.count === cell.y.label &&
          Number(line.gamma) === cell.x.value &&
          line.loss_sim !== '',
      );
      expect(cell.count).toBe(own.length);
      if (own.length > 0)
        expect(Math.abs(cell.value! / direct(own.map((line) => Number(line.loss_sim))).mean - 1)).toBeLessThan(1.2e-13);
    }
    const byTime = heatData(rows, choice({ x: 'time', panel: 'count', series: null, slices: { fail: 0, gamma: 0 } }))!;
    expect(byTime.notes.some((note) => /cells are empty$/.test(note))).toBe(true);
    expect(byTime.cells.some((cell) => cell.rows === 0 && cell.value === null)).toBe(true);
  });

  it('is not there for one axis', () => {
    expect(heatData(rows, choice({ panel: null }))).toBe(null);
  });
});

test('parallel coordinates have a line for each row, at the height of its value on each axis', () => {
  const { axes, count, marks } = parallelData(rows, 'loss', false);
  expect(axes.map(({ column }) => column)).toEqual(['count', 'fail', 'gamma', 'time', 'loss_sim']);
  expect(count).toBe(lines.length);
  const losses = lines.map(({ loss_sim }) => (loss_sim === '' ? Number.NaN : Number(loss_sim)));
  const [least, greatest] = [
    Math.min(...losses.filter((one) => one >= 0)),
    Math.max(...losses.filter((one) => one >= 0)),
  ];
  losses.forEach((loss, row) => {
    const height = axes.at(-1)!.heights[row]!;
    if (Number.isNaN(loss))
      expect([height, marks[row]]).toEqual([Number.NaN, lines[row]!.error === '' ? 'diverged' : 'run failed']);
    else expect(Math.abs(height - (loss - least) / (greatest - least))).toBeLessThan(1e-12);
  });
  expect([valueAt(axes[0]!, 1), valueAt(axes[1]!, 0), valueAt(axes[0]!, 0)]).toEqual(['80', 'no', '1']);
});

/** A made-up table over some axes, with a theory, a simulation and its error. */
function madeUp(axes: readonly (SweepAxis & { readonly values: readonly Cell[] })[], value = (row: number) => row + 1) {
  const count = axes[0]!.values.length;
  const names = [
    ...axes.map(({ column }) => column),
    'y_theory',
    'y_sim',
    'y_stderr',
    'diverged',
    'failed_checks',
    'error',
  ];
  const made: Table = {
    columns: names.map((name) => ({ name, unit: '1', description: name })),
    rows: Array.from({ length: count }, (_, row) => [
      ...axes.map(({ values }) => values[row]!),
      ...[value(row), row % 5 === 4 ? null : value(row), 0.1, row % 5 === 4 ? 3 : null, row === 1 ? 'T1' : null, null],
    ]),
  };
  const about: SweepSummary = {
    ...{ points: count, rows: count, table: 'points' },
    axes: axes.map(({ column, form, scale }) => ({ column, form, scale })),
    results: [{ name: 'y', theory: 'y_theory', simulation: 'y_sim', error: 'y_stderr' }],
  };
  return { about, made };
}

const numbers = (count: number, of: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => of(index));
const list = (column: string, values: readonly Cell[]) => ({ column, form: 'list' as const, scale: null, values });

describe.each([
  [
    'one axis',
    madeUp([
      list(
        'a',
        numbers(7, (one) => one),
      ),
    ]),
  ],
  ['a text and a number', madeUp([list('a', ['x', 'y', 'z', 'x', 'y', 'z']), list('b', [1, 1, 1, 2, 2, 2])])],
  ['two texts', madeUp([list('a', ['x', 'y', 'x', 'y']), list('b', ['p', 'p', 'q', 'q'])])],
  ['a logarithmic grid', madeUp([{ column: 'a', form: 'grid', scale: 'log', values: numbers(9, (n) => 10 ** n) }])],
  [
    'random axes',
    madeUp([
      { column: 'a', form: 'random', scale: 'linear', values: numbers(500, (n) => (n * 0.618) % 1) },
      { column: 'b', form: 'random', scale: 'log', values: numbers(500, (n) => Math.exp((n * 0.414) % 1)) },
    ]),
  ],
  [
    'lists that go together',
    madeUp([
      { column: 'a', form: 'zip', scale: null, values: [1, 2, 3] },
      { column: 'b', form: 'zip', scale: null, values: [30, 20, 10] },
    ]),
  ],
  ['a constant result', madeUp([list('a', [1, 2, 3]), list('b', [4, 4, 5])], () => 2)],
  ['negative results', madeUp([list('a', [1, 2, 3, 4]), list('b', [4, 4, 5, 5])], (row) => -row)],
])('a sweep of %s', (name, { about, made }) => {
  it('is drawn on every background without a complaint of Vega-Lite', () => {
    const figures = sweepFigures(about, made);
    const hasTwo = !['one axis', 'a logarithmic grid', 'lists that go together'].includes(name);
    expect(figures.map(({ id }) => id)).toEqual(['facets', ...(hasTwo ? ['heat-map'] : []), 'parallel']);
    for (const { spec } of figures)
      for (const theme of [LIGHT, DARK]) expect(() => compileFigure(spec(theme))).not.toThrow();
    const read = readSweepRows(about, made);
    const style = { theme: PAGE, width: 600, size: 12, title: [], notes: [], columns: made.columns };
    for (const isLog of [true, false]) {
      const drawn = { ...defaultChoice(read)!, isLog };
      expect(() => compileFigure(facetSpec(facetData(read, drawn), style, 'transparent'))).not.toThrow();
      const map = heatData(read, drawn);
      if (map !== null) expect(() => compileFigure(heatSpec(map, style, 'transparent'))).not.toThrow();
    }
  });
});

test('a value without replicates has the standard error that it brings', () => {
  const { about, made } = madeUp([list('a', [1, 2, 3])]);
  const read = readSweepRows(about, made);
  expect(facetData(read, defaultChoice(read)!).points.map(({ error }) => error)).toEqual([0.1, 0.1, 0.1]);
});

test('axes that follow from others are left out of what is drawn first', () => {
  const { about, made } = madeUp([
    list('a', ['0.1', '0.2', '0.3']),
    { column: 'g', form: 'row', scale: null, values: [0.1, 0.2, 0.3] },
  ]);
  const read = readSweepRows(about, made);
  expect(defaultChoice(read)).toMatchObject({ x: 'a', panel: null, series: null, slices: {} });
});
