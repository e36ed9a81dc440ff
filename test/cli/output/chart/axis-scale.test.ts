import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { axisScale } from '../../../../src/cli/output/chart/draw-chart.js';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const kind = fc.constantFrom('linear' as const, 'log' as const);

describe('axis', () => {
  test.prop([kind, fc.array(finite, { minLength: 1 })])('puts every value it can show into [0, 1]', (kind, values) => {
    const scale = axisScale(kind, values);
    const shown = values.filter((value) => kind === 'linear' || value > 0);
    expect(scale === null).toBe(shown.length === 0);
    for (const value of shown) {
      const position = scale!.position(value)!;
      expect(position).toBeGreaterThanOrEqual(0);
      expect(position).toBeLessThanOrEqual(1);
    }
  });

  test.prop([kind, fc.uniqueArray(finite, { minLength: 2 })])('keeps the order of values', (kind, values) => {
    const scale = axisScale(kind, values);
    const positions = [...values].sort((a, b) => a - b).flatMap((value) => scale?.position(value) ?? []);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

  test.prop([kind, fc.array(finite, { minLength: 1 }), fc.integer({ min: 0, max: 30 })])(
    'has ticks with labels that differ, each within the axis',
    (kind, values, count) => {
      const scale = axisScale(kind, values);
      if (scale === null) return;
      const ticks = scale.ticks(count);
      expect(ticks.length).toBeGreaterThan(0);
      expect(ticks.length).toBeLessThan(200);
      expect(new Set(ticks.map(({ label }) => label)).size).toBe(new Set(ticks.map(({ value }) => value)).size);
      for (const { value } of ticks) expect(scale.position(value)).not.toBeNull();
    },
  );

  it('spaces decades evenly on a log axis', () => {
    const scale = axisScale('log', [1e-6, 1e6])!;
    for (let decade = -6; decade <= 6; decade++)
      expect(scale.position(10 ** decade)).toBeCloseTo((decade + 6) / 12, 12);
  });

  it('shows no zero, negative, missing or infinite value on a log axis', () => {
    const scale = axisScale('log', [1, 10])!;
    for (const value of [0, -1, null, Number.NaN, Number.POSITIVE_INFINITY]) expect(scale.position(value)).toBeNull();
  });

  it('ranks powers of ten before the rest', () => {
    const ticks = axisScale('log', [0.05, 100])!.ticks(10);
    for (const { value, rank } of ticks) expect(rank === 0).toBe(Number.isInteger(Math.log10(value)));
    expect(ticks.filter(({ rank }) => rank === 0).map(({ label }) => label)).toEqual(['0.1', '1', '10', '100']);
  });

  it('gives labels as many digits as they need to differ', () => {
    const labels = axisScale('linear', [1.0000001, 1.0000004])!
      .ticks(4)
      .map(({ label }) => label);
    expect(labels).toContain('1.0000002');
  });
});
