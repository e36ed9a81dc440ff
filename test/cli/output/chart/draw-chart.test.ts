import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { cellWidth } from '../../../../src/cli/output/cell-width.js';
import { type ChartOptions, drawChart } from '../../../../src/cli/output/chart/draw-chart.js';
import type { Chart, ChartPoint, ChartSeries } from '../../../../src/cli/output/chart/plot.js';
import { samples } from '../../../support/sample-size.js';

const coordinate = fc.oneof(
  fc.double(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(null, 0, -0, 1, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, Number.NaN),
  fc.integer({ min: -6, max: 6 }).map((decade) => 10 ** (2 * decade)),
);
const label = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 30 }));
const point = fc.record({ x: coordinate, y: coordinate });
const axis = fc.record({ label, scale: fc.constantFrom('linear' as const, 'log' as const) });
const series: fc.Arbitrary<ChartSeries> = fc.record({
  label,
  line: fc.array(point, { maxLength: 12 }),
  points: fc.array(point, { maxLength: 12 }),
  marks: fc.array(fc.record({ x: coordinate, y: coordinate, label }), { maxLength: 3 }),
});
const chart: fc.Arbitrary<Chart> = fc.record({
  title: label,
  x: axis,
  y: axis,
  series: fc.array(series, { maxLength: 10 }),
  key: fc.record({ line: label, points: label, marks: label }),
});
const options: fc.Arbitrary<ChartOptions> = fc.record({
  width: fc.integer({ min: 1, max: 250 }),
  height: fc.integer({ min: 1, max: 60 }),
  colour: fc.constantFrom('none' as const, 'basic' as const, 'indexed' as const, 'full' as const),
  unicode: fc.boolean(),
});

const plain = { width: 60, height: 20, colour: 'none', unicode: true } as const;

function chartOf(...given: Partial<ChartSeries>[]): Chart {
  return {
    title: 'Title',
    x: { label: 'time', scale: 'linear' },
    y: { label: 'loss', scale: 'linear' },
    series: given.map((some, index) => ({ label: `series ${index}`, line: [], points: [], marks: [], ...some })),
    key: { line: 'theory', points: 'simulation', marks: 'inflection' },
  };
}

const ramp: ChartPoint[] = Array.from({ length: 30 }, (_, x) => ({ x, y: x }));
const count = (lines: readonly string[], pattern: RegExp) => lines.join('\n').match(pattern)?.length ?? 0;
const BRAILLE = /[\u2801-\u28ff]/g;

/** The lines between the captions and the axis: the plot with its y axis. */
function plotOf(lines: readonly string[]): string[] {
  return lines.filter((line) => /^[^└]*[│┤]/.test(line));
}

describe('chart', () => {
  test.prop([chart, options], { numRuns: samples(167) })(
    'fits into its width and height, whatever is drawn',
    (data, size) => {
      const lines = drawChart(data, size);
      expect(lines.length).toBeLessThanOrEqual(size.height);
      for (const line of lines) {
        expect(cellWidth(line)).toBeLessThanOrEqual(size.width);
        expect(line).not.toContain('\n');
      }
    },
  );

  test.prop([chart, options], { numRuns: samples(100) })(
    'holds nothing but ASCII where the terminal shows no more',
    (data, size) => {
      const text = drawChart(data, { ...size, unicode: false, colour: 'none' }).join('');
      expect(text).toMatch(/^[ -~]*$/);
    },
  );

  test.prop([chart, options], { numRuns: samples(67) })('differs by colours only when coloured', (data, size) => {
    const introducer = String.fromCharCode(27);
    const coloured = drawChart(data, size).join('\n');
    const without = coloured.split(new RegExp(`${introducer}\\[[0-9;]*m`)).join('');
    expect(without).toBe(drawChart(data, { ...size, colour: 'none' }).join('\n'));
  });

  it('says so when there is nothing to draw', () => {
    expect(drawChart(chartOf({ line: [{ x: 1, y: Number.NaN }] }), plain)).toEqual(['Title', '(nothing to draw)']);
  });

  it('draws a line from corner to corner', () => {
    const plot = plotOf(drawChart(chartOf({ line: ramp }), plain));
    expect(plot[0]!.slice(-2)).toMatch(BRAILLE);
    expect(
      plot
        .at(-1)!
        .replace(/^[^│┤]*[│┤]/, '')
        .slice(0, 2),
    ).toMatch(/[\u2801-\u28ff●]/);
  });

  it('leaves a gap where a value is missing', () => {
    const gap = ramp.map(({ x, y }) => ({ x, y: x! > 10 && x! < 20 ? null : y }));
    expect(count(drawChart(chartOf({ line: gap }), plain), BRAILLE)).toBeLessThan(
      0.8 * count(drawChart(chartOf({ line: ramp }), plain), BRAILLE),
    );
  });

  it('leaves out what a log axis cannot show', () => {
    const onLog = {
      ...chartOf({
        points: [
          { x: 1, y: 1 },
          { x: 2, y: 0 },
          { x: 3, y: -5 },
        ],
      }),
    };
    const lines = drawChart({ ...onLog, y: { label: 'loss', scale: 'log' } }, plain);
    expect(count(plotOf(lines), /●/g)).toBe(1);
  });

  it('shows a single point and a constant in the middle', () => {
    const plot = plotOf(drawChart(chartOf({ points: [{ x: 3, y: 7 }] }), plain));
    const row = plot.findIndex((line) => line.includes('●'));
    expect(Math.abs(row - (plot.length - 1) / 2)).toBeLessThanOrEqual(1);
    const constant = plotOf(drawChart(chartOf({ line: ramp.map(({ x }) => ({ x, y: 7 })) }), plain));
    expect(constant.filter((line) => BRAILLE.test(line))).toHaveLength(1);
  });

  it('labels twelve decades and more without confusion', () => {
    const points = Array.from({ length: 27 }, (_, i) => ({ x: i, y: 10 ** (i - 13) }));
    const lines = drawChart({ ...chartOf({ points }), y: { label: 'loss', scale: 'log' } }, plain);
    const labels = plotOf(lines).flatMap((line) => /^ *(\S+)┤/.exec(line)?.[1] ?? []);
    expect(labels.length).toBeGreaterThanOrEqual(3);
    const values = labels.map(Number);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    for (const value of values) expect(Math.log10(value) % 1).toBeCloseTo(0, 9);
  });

  it('tells eight series apart by their markers alone', () => {
    const many = Array.from({ length: 8 }, (_, level) => ({ points: ramp.map(({ x }) => ({ x, y: level })) }));
    const lines = drawChart(chartOf(...many), { ...plain, height: 40 });
    const markers = [...'●▲■◆○△□◇'];
    markers.forEach((marker, index) => {
      expect(lines.filter((line) => line.includes(`${marker} series ${index}`))).toHaveLength(1);
      expect(count(plotOf(lines), new RegExp(marker, 'g'))).toBeGreaterThan(3);
    });
  });

  it('keeps the line visible between the points of a simulation', () => {
    const lines = plotOf(drawChart(chartOf({ line: ramp, points: ramp }), plain));
    expect(count(lines, /●/g)).toBeGreaterThanOrEqual(5);
    expect(count(lines, BRAILLE)).toBeGreaterThan(count(lines, /●/g));
  });

  it('marks the inflection on the curve, with its label and a line down to the axis', () => {
    const valley = ramp.map(({ x }) => ({ x, y: (x! - 15) ** 2 + 50 }));
    const lines = drawChart(
      chartOf({ line: [...valley, { x: 0, y: 0 }].slice(0, 30), marks: [{ x: 8, y: 99, label: 'time 8' }] }),
      plain,
    );
    expect(count(plotOf(lines), /╳/g)).toBe(1);
    expect(count(plotOf(lines), /┊/g)).toBeGreaterThanOrEqual(1);
    expect(lines.join('\n')).toContain('time 8');
    expect(lines.join('\n')).toContain('╳ inflection');
  });

  it('gives up legend and captions before the plot when there are few lines', () => {
    const lines = drawChart(chartOf({ line: ramp }, { line: ramp }), { ...plain, height: 7 });
    expect(plotOf(lines).length).toBeGreaterThanOrEqual(4);
    expect(lines.join('\n')).not.toContain('series 0');
  });
});

test('points may come in any order', () => {
  const points = Array.from({ length: 30 }, (_, index) => ({ x: index, y: (index * 7) % 11 }));
  const draw = (order: readonly ChartPoint[]) =>
    drawChart(
      {
        title: 'order',
        x: { label: 'x', scale: 'linear' },
        y: { label: 'y', scale: 'linear' },
        series: [{ label: 'a', line: points, points: order, marks: [] }],
        key: { line: '', points: '', marks: '' },
      },
      plain,
    );
  expect(draw([...points].reverse())).toEqual(draw(points));
});
