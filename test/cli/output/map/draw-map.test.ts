import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { cellWidth } from '../../../../src/cli/output/cell-width.js';
import type { ChartOptions } from '../../../../src/cli/output/chart/draw-chart.js';
import { drawMap, type HeatMap } from '../../../../src/cli/output/map/draw-map.js';
import { samples } from '../../../support/sample-size.js';

const label = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 30 }));
const number = fc.oneof(fc.double(), fc.constantFrom(null, 0, 1, Number.MAX_VALUE, Number.NaN, Infinity));
const places = fc
  .uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 30 })
  .map((values) => values.sort((a, b) => a - b));
const maps: fc.Arbitrary<HeatMap> = fc
  .record({ across: places, up: places, texts: fc.tuple(label, label, label, label, label) })
  .chain(({ across, up, texts: [title, x, y, valueLabel, boundaryLabel] }) =>
    fc.record({
      title: fc.constant(title),
      x: fc.constant({ label: x, places: across }),
      y: fc.constant({ label: y, places: up }),
      valueLabel: fc.constant(valueLabel),
      values: fc.array(fc.array(number, { minLength: across.length, maxLength: across.length }), {
        minLength: up.length,
        maxLength: up.length,
      }),
      boundary: fc.oneof(fc.constant([]), fc.array(number, { minLength: across.length, maxLength: across.length })),
      boundaryLabel: fc.constant(boundaryLabel),
    }),
  );
const options: fc.Arbitrary<ChartOptions> = fc.record({
  width: fc.integer({ min: 1, max: 200 }),
  height: fc.integer({ min: 1, max: 60 }),
  colour: fc.constantFrom('none' as const, 'basic' as const, 'indexed' as const, 'full' as const),
  unicode: fc.boolean(),
});

const plain = { width: 60, height: 24, colour: 'none', unicode: true } as const;

function mapOf(values: readonly (readonly (number | null)[])[], boundary: (number | null)[] = []): HeatMap {
  return {
    title: 'Title',
    x: { label: 'angle', places: values[0]!.map((_, column) => 10 * column) },
    y: { label: 'overshoot', places: values.map((_, row) => 1 + row) },
    valueLabel: 'rise, up to',
    values,
    boundary,
    boundaryLabel: 'boundary',
  };
}

const bodyOf = (lines: readonly string[]) =>
  lines.filter((line) => line.includes('┤')).map((line) => line.split('┤')[1]!);

describe('a heat map', () => {
  test.prop([maps, options], { numRuns: samples(134) })(
    'fits into its width and height, whatever is drawn',
    (map, size) => {
      const lines = drawMap(map, size);
      expect(lines.length).toBeLessThanOrEqual(size.height);
      for (const line of lines) {
        expect(cellWidth(line)).toBeLessThanOrEqual(size.width);
        expect(line).not.toContain('\n');
      }
    },
  );

  test.prop([maps, options], { numRuns: samples(67) })(
    'holds nothing but ASCII where the terminal shows no more',
    (map, size) => {
      expect(drawMap(map, { ...size, unicode: false, colour: 'none' }).join('')).toMatch(/^[ -~]*$/);
    },
  );

  test.prop([maps, options], { numRuns: samples(67) })('differs by colours only when coloured', (map, size) => {
    const introducer = String.fromCharCode(27);
    const coloured = drawMap(map, size).join('\n');
    const without = coloured.split(new RegExp(`${introducer}\\[[0-9;]*m`)).join('');
    expect(without).toBe(drawMap(map, { ...size, colour: 'none' }).join('\n'));
  });

  it('shades every cell by its value, the greatest y on top', () => {
    const lines = drawMap(
      mapOf([
        [0, 0.2],
        [0.9, 4],
      ]),
      plain,
    );
    expect(bodyOf(lines)).toEqual(['░░░░░░░░████████', '········░░░░░░░░']);
    const text = lines.join('\n');
    expect(text).toContain('· up to 0.04   ░ 1   ▒ 2   ▓ 3   █ 4');
    expect(text).toContain('rise, up to');
    expect(lines.find((line) => line.includes('┬'))).toBe(' └───┬───────┬────');
  });

  it('is one shade where nothing rises', () => {
    const lines = drawMap(mapOf([[0, 0]]), plain);
    expect(bodyOf(lines)).toEqual(['················']);
    expect(lines.join('\n')).not.toContain('█');
  });

  it('draws the boundary across the cells of its height, whose shade shows beside it', () => {
    const values = [
      [0, 0, 0],
      [0, 0, 0],
      [4, 4, 4],
    ];
    const body = bodyOf(drawMap(mapOf(values, [1.9, 2.4, null]), plain));
    expect(body).toEqual(['████████████████████████', '··━━━━····━━━━··········', '························']);
    expect(drawMap(mapOf(values, [1.9, null, null]), plain).join('\n')).toContain('━ boundary');
    expect(drawMap(mapOf(values), plain).join('\n')).not.toContain('boundary');
    expect(drawMap(mapOf(values, [2, 2, 2]), { ...plain, unicode: false }).join('\n')).toContain('= boundary');
  });

  it('marks cells without a value', () => {
    const lines = drawMap(
      mapOf([
        [1, null],
        [Number.NaN, 2],
      ]),
      plain,
    );
    expect(bodyOf(lines)).toEqual(['××××××××████████', '▒▒▒▒▒▒▒▒××××××××']);
    expect(lines.join('\n')).toContain('× no value');
  });

  it('says so when there is nothing to draw', () => {
    expect(drawMap(mapOf([[null, null]]), plain)).toEqual(['Title', '(nothing to draw)']);
  });

  it('leaves out places evenly where there is no room, and keeps both ends', () => {
    const values = Array.from({ length: 40 }, (_, row) => Array.from({ length: 100 }, () => row));
    const lines = drawMap(mapOf(values), { ...plain, width: 30, height: 16 });
    const labels = lines.filter((line) => line.includes('┤')).map((line) => Number(line.split('┤')[0]));
    expect(labels[0]).toBe(40);
    expect(labels.at(-1)).toBe(1);
    expect(labels).toEqual([...labels].sort((a, b) => b - a));
    expect(labels.length).toBeGreaterThan(4);
  });
});
