import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { curveData } from '../../../src/cli/figures/curve-data.js';
import { figureSvg, viewFigure } from '../../../src/cli/figures/draw-figure.js';
import { axisRange, axisTitle } from '../../../src/cli/figures/figure-axis.js';
import { figureFiles } from '../../../src/cli/figures/figure-files.js';
import { figureSpec } from '../../../src/cli/figures/map-spec.js';
import { LIGHT } from '../../../src/cli/figures/theme.js';
import type { CurveFigure } from '../../../src/sim/scenario/figure.js';
import type { Row, Table } from '../../../src/sim/scenario/table.js';
import { samples } from '../../support/sample-size.js';
import { scenarioDocument } from '../../support/scenario-documents.js';
import { overlaps, sceneTexts } from '../../support/scene-texts.js';

const figure: CurveFigure = {
  id: 'curve',
  title: 'Loss',
  table: 'curve',
  x: { column: 'time', label: 'time', scale: 'log' },
  y: { theory: 'theory', simulation: 'simulated', error: 'error', label: 'loss', scale: 'log' },
  series: 'gamma',
};

function curve(rows: readonly Row[]): { curve: Table } {
  const names = ['gamma', 'time', 'theory', 'simulated', 'error'];
  return { curve: { columns: names.map((name) => ({ name, unit: '1', description: '' })), rows } };
}

const print = { theme: LIGHT, medium: 'print' } as const;

describe('axes', () => {
  // The example has ticks whose labels differ in the seventeenth digit alone.
  test.prop([fc.array(fc.oneof(fc.double(), fc.constant(null)), { maxLength: 20 }), fc.constantFrom('linear', 'log')], {
    examples: [[[-1.7976931348623103e308, -1.797693134862309e308], 'linear']],
  })('show every value that they can, between finite ends, with labels that differ', (values, kind) => {
    const { from, to, ticks } = axisRange(kind as 'linear' | 'log', values);
    expect(from).toBeLessThan(to);
    for (const value of values)
      if (value !== null && Number.isFinite(value) && (kind === 'linear' || value > 0))
        expect(value >= from && value <= to).toBe(true);
    for (const { value } of ticks) expect(value >= from && value <= to).toBe(true);
    expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
  });

  it('label powers of ten, and never a number that is not there', () => {
    expect(axisRange('log', [1e-8, 1]).ticks.map(({ label }) => label)).toEqual(['10⁻⁸', '10⁻⁶', '10⁻⁴', '0.01', '1']);
    expect(axisRange('log', [0, -3, Number.NaN]).ticks.length).toBeGreaterThan(0);
    expect(axisRange('linear', [-1, 1]).ticks.map(({ label }) => label)).toEqual(['−1', '−0.5', '0', '0.5', '1']);
  });

  it('carry the unit unless their label has it', () => {
    const column = (unit: string) => ({ name: 'time', unit, description: '' });
    expect(axisTitle('pre-training time', column('flow time'))).toBe('pre-training time (flow time)');
    expect(axisTitle('perturbed loss', column('loss'))).toBe('perturbed loss');
    expect(axisTitle('gamma', column('1'))).toBe('γ');
  });
});

describe('a log axis', () => {
  it('leaves out zero and negative values and says how many', async () => {
    const tables = curve([
      [1, 0, 1, 1, 0.1],
      [1, 1, 0, -1, 0.1],
      [1, 2, 1, 2, 0.1],
    ]);
    expect(curveData(figure, tables).notes).toEqual(['2 rows with zero or negative values: not on a log axis.']);
    const svg = await figureSvg(figureSpec(figure, tables, print));
    expect(svg).toContain('not on a log axis');
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it('lets an error bar that reaches zero run off the plot, which is cut there', async () => {
    const tables = curve([
      [1, 1, 1, 1, 0.1],
      [1, 2, 0.5, 0.4, 0.6],
    ]);
    const view = await viewFigure(figureSpec(figure, tables, print));
    const [low, high] = view.scale('y').domain() as [number, number];
    expect(low).toBeGreaterThan(0.3);
    expect(high).toBeGreaterThan(1.1);
    const svg = await figureSvg(figureSpec(figure, tables, print));
    const [, bars = ''] = /errors_marks" clip-path[^>]*>(.*?)<\/g>/.exec(svg) ?? [];
    const lengths = [...bars.matchAll(/translate\([\d.-]+,([\d.-]+)\)" x2="0" y2="([\d.-]+)"/g)];
    expect(lengths).toHaveLength(2);
    const plot = Number(/class="background"[^>]* d="M0,0h\d+v(\d+)/.exec(svg)![1]);
    expect(Number(lengths[1]![1])).toBeGreaterThan(plot);
    expect(Number(lengths[1]![1]) + Number(lengths[1]![2])).toBeLessThan(plot);
  });
});

describe('many series', () => {
  it('that are numbers are all drawn, and at most eight named', async () => {
    const tables = curve(Array.from({ length: 60 }, (_, i) => [i % 30, 1 + (i >= 30 ? 1 : 0), i + 1, null, null]));
    expect(curveData(figure, tables).series).toHaveLength(30);
    const view = await viewFigure(figureSpec(figure, tables, print));
    const names = sceneTexts(view).filter(({ text }) => /^(0|29)$/.test(text));
    expect(names).toHaveLength(2);
    expect(overlaps(sceneTexts(view))).toEqual([]);
  });

  it('that are names are thinned to eight, which the figure says', () => {
    const tables = curve(Array.from({ length: 30 }, (_, i) => [`name ${i}`, 1, i + 1, null, null]));
    const { series, notes } = curveData(figure, tables);
    expect(series).toHaveLength(8);
    expect([series[0], series[7]]).toEqual(['name 0', 'name 29']);
    expect(notes).toEqual(['8 of 30 series are drawn.']);
  });
});

describe('whatever stands in a table', () => {
  test.prop(
    [
      fc.oneof(
        { weight: 9, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
        fc.constantFrom('valueOf', 'toString', 'constructor', '__proto__'),
      ),
      fc.array(fc.record({ name: fc.string({ unit: 'binary', maxLength: 40 }), value: fc.double() }), { maxLength: 6 }),
    ],
    { numRuns: samples(15) },
  )('is drawn as text and never as markup', async (title, records) => {
    const tables = curve(records.map(({ name, value }, index) => [name, index + 1, value, value, 0.1]));
    const svg = await figureSvg(figureSpec({ ...figure, title }, tables, print));
    expect(svg).not.toMatch(/<(script|foreignObject|image|a)\b/i);
    expect(svg.match(/<svg/g)).toHaveLength(1);
    expect(svg).not.toMatch(/="[^"]*(NaN|Infinity)[^"]*"(?=[^<]*>)(?<!aria-label="[^"]*)/);
  });
});

it('of a scenario that this version does not know there are no figures', async () => {
  expect((await figureFiles({ scenario: 'unknown', tables: {} })).size).toBe(0);
});

it('a figure that cannot be drawn leaves a text that says why, and costs nothing else', async () => {
  const document = scenarioDocument('gaussian');
  const whole = await figureFiles(document);
  expect([...whole.keys()].filter((name) => name.includes('sensitivity'))).toEqual([
    'figure-sensitivity.vl.json',
    'figure-sensitivity.svg',
    'figure-sensitivity.png',
    'figure-sensitivity.dark.svg',
    'figure-sensitivity.dark.png',
  ]);
  const { curve, ...others } = document.tables;
  const broken = await figureFiles({ scenario: 'gaussian', tables: others });
  expect(curve).toBeDefined();
  expect([...broken.keys()]).toEqual(['figure-perturbed-loss.txt', 'figure-sensitivity.txt']);
  expect(broken.get('figure-sensitivity.txt')).toContain('curve');
});
