import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Scenario } from '../../../src/sim/scenario/scenario.js';
import { gaussian } from '../../../src/sim/scenarios/gaussian/gaussian.js';
import { writtenOut } from '../../../src/sim/sweeps/axis.js';
import { PointCosts } from '../../../src/sim/sweeps/point-cost.js';
import { batchesOf, contentHash, Sweep, type SweepDefinition, shardRanges } from '../../../src/sim/sweeps/sweep.js';
import { parabola } from '../../cli/support/parabola-scenario.js';
import { samples } from '../../support/sample-size.js';

const BASE: SweepDefinition = {
  scenario: 'parabola',
  params: {},
  axes: [],
  replicates: 1,
  seed: 1,
  randomNumbers: 'common',
  engine: 'exact',
  backend: 'auto',
  table: 'inflection',
};

describe('axes', () => {
  it('grids, lists and zipped lists are written out in their order', () => {
    expect(writtenOut({ parameter: 'tau', grid: 'linear:1:2:3' }, 0)).toEqual({
      names: ['tau'],
      rows: [[1], [1.5], [2]],
    });
    expect(writtenOut({ parameter: 'tau', list: [3, '1,2'] }, 0).rows).toEqual([[3], ['1,2']]);
    expect(writtenOut({ zip: { a: [1, 2], b: ['x', 'y'] } }, 0)).toEqual({
      names: ['a', 'b'],
      rows: [
        [1, 'x'],
        [2, 'y'],
      ],
    });
  });

  it('random values are the same for the same seed, within their bounds, and as their distribution says', () => {
    const form = (seed: number) => ({
      random: { count: 4000, seed, parameters: { u: 'uniform:2:6', l: 'log-uniform:0.01:1', i: 'integer:1:3' } },
    });
    const { rows } = writtenOut(form(7), 0);
    expect(writtenOut(form(7), 0).rows).toEqual(rows);
    expect(writtenOut(form(8), 0).rows).not.toEqual(rows);
    expect(writtenOut(form(7), 1).rows).not.toEqual(rows);
    const column = (index: number) => rows.map((row) => Number(row[index]));
    for (const [values, least, most] of [
      [column(0), 2, 6],
      [column(1), 0.01, 1],
      [column(2), 1, 3],
    ] as const) {
      expect(Math.min(...values)).toBeGreaterThanOrEqual(least);
      expect(Math.max(...values)).toBeLessThanOrEqual(most);
    }
    // A share of n draws is off by 4 standard deviations √(¼/n) at most, but for one case in 16 000.
    const slack = 4 * Math.sqrt(0.25 / 4000);
    const share = (values: readonly number[], below: number) =>
      values.filter((value) => value < below).length / values.length;
    expect(Math.abs(share(column(0), 4) - 0.5)).toBeLessThan(slack);
    expect(Math.abs(share(column(1), 0.1) - 0.5)).toBeLessThan(slack);
    expect(Math.abs(share(column(2), 2) - 1 / 3)).toBeLessThan(slack);
  });

  it.each([
    [{ parameter: 'tau', grid: 'linear:1:2:0' }, /"tau" is not allowed; .* empty/],
    [{ parameter: 'tau', grid: 'log:0:2:5' }, /^axes: "tau: log:0:2:5"/],
    [{ parameter: 'tau', grid: 'cubic:0:2:5' }, /log:FROM:TO:COUNT/],
    [{ parameter: 'tau', list: [] }, /empty/],
    [{ zip: {} }, /empty/],
    [{ zip: { a: [1], b: [1, 2] } }, /"zip of a \(1 values\) and b \(2\)".* same length/],
    [{ random: { count: 0, seed: 1, parameters: { a: 'uniform:0:1' } } }, /empty/],
    [{ random: { count: 1, seed: 1, parameters: {} } }, /empty/],
    [{ random: { count: 1, seed: 1, parameters: { a: 'normal:0:1' } } }, /uniform:FROM:TO/],
    [{ random: { count: 1, seed: 1, parameters: { a: 'log-uniform:0:1' } } }, /FROM above 0/],
    [{ random: { count: 1, seed: 1, parameters: { a: 'uniform:2:1' } } }, /uniform:FROM:TO/],
    [{ random: { count: 1, seed: 1, parameters: { a: 'integer:0.5:1' } } }, /integer:FROM:TO/],
  ])('%j is refused', (form, message) => {
    expect(() => writtenOut(form, 0)).toThrow(message);
  });
});

describe('points', () => {
  const sweep = new Sweep({
    ...BASE,
    axes: [{ parameter: 'count', list: [5, 6] }, { zip: { gammas: ['1', '2', '3'], fail: ['no', 'no', 'yes'] } }],
    replicates: 2,
    seed: 10,
  });

  it('the last axis changes fastest, replicates slowest', () => {
    expect(sweep.points).toBe(12);
    expect(sweep.at(0)).toEqual({ point: 0, replicate: 0, seed: 10, values: [5, '1', 'no'] });
    expect(sweep.at(4)).toEqual({ point: 4, replicate: 0, seed: 10, values: [6, '2', 'no'] });
    expect(sweep.at(11)).toEqual({ point: 11, replicate: 1, seed: 11, values: [6, '3', 'yes'] });
    expect({ ...sweep.settingsAt(sweep.at(4).values) }).toEqual({ count: 6, gammas: '2', fail: 'no' });
  });

  it('independent random numbers give every point a seed of its own', () => {
    const independent = new Sweep({ ...sweep.definition, randomNumbers: 'independent' });
    expect(new Set(Array.from({ length: 12 }, (_, point) => independent.at(point).seed)).size).toBe(12);
  });

  it('refuses axes that overlap, with each other or with the fixed parameters', () => {
    const axes = [{ parameter: 'count', list: [5] }];
    expect(() => new Sweep({ ...BASE, axes: [...axes, ...axes] })).toThrow(
      'axes: "count" is not allowed; expected axes that do not overlap',
    );
    expect(() => new Sweep({ ...BASE, axes, params: { count: 1 } })).toThrow('not both');
    expect(() => new Sweep({ ...BASE, axes, replicates: 1e8 })).toThrow('at most 10000000 points');
  });
});

test('the content hash does not depend on the order of keys, but on every value', () => {
  expect(contentHash({ a: 1, b: [1, { c: 2, d: 3 }] })).toBe(contentHash({ b: [1, { d: 3, c: 2 }], a: 1 }));
  const values = [1, '1', [1], { a: 1 }, [['a', 1]], null, true, [], {}];
  expect(new Set(values.map(contentHash)).size).toBe(values.length);
});

const costlySweep = fc
  .record({
    dims: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
    taus: fc.integer({ min: 1, max: 30 }),
    replicates: fc.integer({ min: 1, max: 4 }),
  })
  .map(
    ({ dims, taus, replicates }) =>
      new Sweep({
        ...BASE,
        ...{ scenario: 'gaussian', engine: 'modes', params: { times: '1,2', replicates: 50 }, replicates },
        axes: [
          { parameter: 'dim', list: dims },
          { parameter: 'tau', list: Array.from({ length: taus }, (_, index) => index) },
        ],
      }),
  );

test('shards are a partition into neighbours; none has more than its share and one point; batches are one too', () => {
  fc.assert(
    fc.property(costlySweep, fc.integer({ min: 1, max: 300 }), (sweep, count) => {
      const costs = new PointCosts(sweep, gaussian as unknown as Scenario);
      const work = (from: number, to: number) => {
        let sum = 0;
        for (let point = from; point < to; point++) sum += costs.at(point);
        return sum;
      };
      const ranges = shardRanges(sweep.points, costs, count);
      expect(ranges).toHaveLength(count);
      expect(ranges[0]!.from).toBe(0);
      expect(ranges.at(-1)!.to).toBe(sweep.points);
      const total = work(0, sweep.points);
      const largest = Math.max(...Array.from({ length: sweep.points }, (_, point) => costs.at(point)));
      ranges.forEach(({ from, to }, index) => {
        expect(to).toBeGreaterThanOrEqual(from);
        if (index > 0) expect(from).toBe(ranges[index - 1]!.to);
        expect(work(from, to)).toBeLessThanOrEqual((total / count + largest) * (1 + 1e-9));
        const batches = batchesOf({ from, to }, costs);
        expect(
          batches.flatMap((batch) => Array.from({ length: batch.to - batch.from }, (_, n) => batch.from + n)),
        ).toEqual(Array.from({ length: to - from }, (_, n) => from + n));
      });
    }),
    { numRuns: samples(20) },
  );
});

test('work grows with the size of the networks, and a setting that is refused does not spoil the estimate', () => {
  const sweep = new Sweep({
    ...BASE,
    ...{ scenario: 'gaussian', engine: 'matrix', params: { spectrum: '3,2,1', times: '1,2' } },
    axes: [{ parameter: 'dim', list: [3, 2, 30, 300] }],
  });
  const costs = new PointCosts(sweep, gaussian as unknown as Scenario);
  expect(costs.isEven).toBe(false);
  expect(costs.at(2)).toBeGreaterThan(2 * costs.at(0));
  expect(costs.at(3)).toBeGreaterThan(100 * costs.at(2));
  expect(costs.at(1)).toBe(costs.at(0));
  const even = new Sweep({ ...BASE, axes: [{ parameter: 'fail', list: ['yes', 'no'] }] });
  expect(new PointCosts(even, parabola as unknown as Scenario).isEven).toBe(true);
});
