import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { binEdges, binOf } from '../../../src/cli/sweep-figures/levels.js';
import {
  momentsOf,
  NO_MOMENTS,
  pooled,
  readSweepRows,
  type SweepSummary,
  standardError,
} from '../../../src/cli/sweep-figures/sweep-rows.js';
import { binnedTable } from '../../../src/cli/sweeps/binned-table.js';
import type { Column, Row } from '../../../src/sim/scenario/table.js';
import { samples } from '../../support/sample-size.js';

const column = (name: string): Column => ({ name, unit: '1', description: name });
const columns = ['a', 'b', 'word', 'g', 'y', 'failed_checks', 'diverged', 'error'].map(column);
const summary: SweepSummary = {
  ...{ points: 0, rows: 0, table: 'points' },
  axes: [
    { column: 'a', form: 'random', scale: 'linear' },
    { column: 'b', form: 'random', scale: 'log' },
    { column: 'word', form: 'list', scale: null },
    { column: 'g', form: 'row', scale: null },
  ],
  results: [{ name: 'y', theory: null, simulation: 'y', error: null }],
};

const row: fc.Arbitrary<Row> = fc
  .record({
    a: fc.double({ min: -3, max: 5, noNaN: true }),
    b: fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
    word: fc.constantFrom('x', 'y', 'z'),
    y: fc.oneof(fc.double({ min: -100, max: 100, noNaN: true }), fc.constant(null)),
    kind: fc.constantFrom('plain', 'plain', 'doubtful', 'lost', 'refused'),
  })
  .map(({ a, b, word, y, kind }) =>
    kind === 'refused'
      ? [a, b, word, null, null, null, null, 'no']
      : [
          a,
          b,
          word,
          a,
          kind === 'lost' ? null : y,
          kind === 'doubtful' ? 'T1' : null,
          kind === 'lost' ? 7 : null,
          null,
        ],
  );

test('bins have the sums of their rows, all rows are in one, and there are no more than allowed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 2, maxLength: 120 }),
      fc.integer({ min: 8, max: 200 }),
      async (rows, most) => {
        async function* parts() {
          yield rows.slice(0, 20);
          yield rows.slice(20);
        }
        const binned = await binnedTable(summary, columns, parts, most);
        expect(binned.table.rows.length).toBeLessThanOrEqual(most);
        const of = (name: string) => binned.table.columns.findIndex((one) => one.name === name);
        const sum = (name: string) => binned.table.rows.reduce((total, cells) => total + Number(cells[of(name)]), 0);
        expect(sum('rows')).toBe(rows.length);
        expect(sum('errors')).toBe(rows.filter((cells) => cells[7] !== null).length);
        expect(sum('failed_checks')).toBe(rows.filter((cells) => cells[5] !== null).length);
        expect(sum('y_diverged')).toBe(rows.filter((cells) => cells[6] !== null).length);
        const values = rows.flatMap((cells) => (typeof cells[4] === 'number' ? [cells[4]] : []));
        expect(sum('y_count')).toBe(values.length);
        // The column that repeats a parameter is no axis of its own.
        expect(binned.summary.axes.map((axis) => axis.column)).not.toContain('g');
        // Pooled again, bins give the mean of everything; 120 numbers up to 100 are rounded by 120 · 100 · 1.1e-16 at most.
        const read = readSweepRows({ ...binned.summary, table: 'cells' }, binned.table);
        const all = (read.results[0]?.simulationValues?.moments ?? []).reduce(pooled, NO_MOMENTS);
        const mean = values.reduce((total, value) => total + value, 0) / Math.max(1, values.length);
        expect(Math.abs(all.mean - mean)).toBeLessThan(4e-12);
        if (values.length > 1) {
          const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
          expect(Math.abs(all.squares - squares)).toBeLessThan(1e-9 * (1 + squares));
        }
      },
    ),
    { numRuns: samples(50) },
  );
});

test('pooled moments are those of the union, whatever the parts', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 50 }),
      fc.nat(),
      (values, cut) => {
        const parts = [values.slice(0, cut % values.length), values.slice(cut % values.length)];
        const [a, b] = parts.map((part) => part.map(momentsOf).reduce(pooled, NO_MOMENTS));
        const whole = pooled(a!, b!);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const error = Math.sqrt(
          values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) / values.length,
        );
        expect(whole.count).toBe(values.length);
        // 50 numbers up to 1e3: 50 · 1e3 · 1.1e-16, and a root of what remains of the squares.
        expect(Math.abs(whole.mean - mean)).toBeLessThan(1e-11);
        expect(Math.abs(standardError(whole)! - error)).toBeLessThan(1e-6);
      },
    ),
    { numRuns: samples(100) },
  );
});

test('a value lies in the bin whose edges are around it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('linear' as const, 'log' as const),
      fc.double({ min: 1e-3, max: 1, noNaN: true }),
      fc.double({ min: 2, max: 1e4, noNaN: true }),
      fc.integer({ min: 1, max: 40 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (kind, least, greatest, count, share) => {
        const edges = binEdges(least, greatest, kind, count);
        for (const value of [least + share * (greatest - least), ...edges]) {
          const bin = binOf(Math.min(greatest, value), edges, kind);
          expect(Math.min(greatest, value)).toBeGreaterThanOrEqual(edges[bin]!);
          if (bin < count - 1) expect(value).toBeLessThan(edges[bin + 1]!);
        }
      },
    ),
    { numRuns: samples(100) },
  );
});
