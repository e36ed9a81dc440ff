import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { cellWidth } from '../../../../src/cli/output/cell-width.js';
import { axisScale, placeHorizontal, placeVertical } from '../../../../src/cli/output/chart/draw-chart.js';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const scale = fc
  .record({
    kind: fc.constantFrom('linear' as const, 'log' as const),
    values: fc.array(fc.oneof(finite, fc.double({ min: 1e-3, max: 1e3, noNaN: true })), { minLength: 1 }),
  })
  .map(({ kind, values }) => axisScale(kind, [...values, 1])!);

describe('labels of ticks', () => {
  test.prop([scale, fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 8 })])(
    'never touch each other on a horizontal axis, and stay within it',
    (axis, cells, before) => {
      const labels = placeHorizontal(axis, cells, before);
      let end = -before - 2;
      for (const { text, start, tick } of labels) {
        expect(start).toBeGreaterThanOrEqual(end + 2);
        end = start + cellWidth(text);
        expect(end).toBeLessThanOrEqual(cells);
        expect(tick).toBeGreaterThanOrEqual(0);
        expect(tick).toBeLessThan(cells);
      }
    },
  );

  test.prop([scale, fc.integer({ min: 1, max: 60 })])('leave a row between them on a vertical axis', (axis, rows) => {
    const ticks = placeVertical(axis, rows)
      .map(({ tick }) => tick)
      .sort((a, b) => a - b);
    ticks.forEach((tick, index) => {
      expect(tick).toBeGreaterThanOrEqual(0);
      expect(tick).toBeLessThan(rows);
      if (index > 0) expect(tick - ticks[index - 1]!).toBeGreaterThanOrEqual(2);
    });
  });
});
