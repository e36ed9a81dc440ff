import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { estimateOf } from '../../../../src/sim/noise/means.js';
import {
  bestRate,
  bestRates,
  logLosses,
  missingRates,
  slopeOf,
} from '../../../../src/sim/scenarios/decoupling/study.js';

/** Losses of trainings whose logarithms are parabolas of log2 of the rate with these vertices. */
const parabolas = (rates: readonly number[], vertices: readonly number[]) =>
  new Map(rates.map((rate) => [rate, vertices.map((vertex) => 0.7 * (Math.log2(rate) - vertex) ** 2 - 3)]));

const GRID = [0.01, 0.02, 0.05, 0.1, 0.4, 0.8];

describe('the best learning rate', () => {
  test.prop([fc.double({ min: Math.log2(0.02), max: Math.log2(0.4), noNaN: true })])(
    'of a parabola is its vertex, on a grid that is not even',
    (vertex) => {
      const [found] = bestRates(parabolas(GRID, [vertex]));
      expect(Math.abs(found! - vertex)).toBeLessThan(1e-9);
    },
  );

  test('is the end of the grid where the loss falls up to there, and of the grid beside a divergence', () => {
    expect(bestRates(parabolas(GRID, [-20, 5]))).toEqual([Math.log2(0.01), Math.log2(0.8)]);
    const losses = new Map([
      [1, [3]],
      [2, [1]],
      [4, [Infinity]],
    ]);
    expect(bestRates(losses)).toEqual([1]);
    expect(bestRate(losses)).toBe(2);
  });

  test('over all trainings has the least geometric mean of the loss', () => {
    const losses = new Map([
      [1, [0, 0]],
      [2, [-10, 5]],
      [4, [-1, -1]],
    ]);
    expect(bestRate(losses)).toBe(2);
    expect(
      bestRate(
        new Map([
          [1, [Infinity]],
          [2, [Infinity]],
        ]),
      ),
    ).toBe(1);
  });

  test('is read from the last look of every network', () => {
    const network = (learningRate: number, training: number, loss: number) => ({
      training,
      learningRate,
      layers: { first: new Float64Array(), second: new Float64Array() },
      looks: [1e9, loss].map((value) => ({
        step: 1,
        rate: 1,
        loss: value,
        relativeUpdate: [0, 0] as const,
        directionUpdate: undefined,
      })),
      divergedAt: undefined,
    });
    const logs = logLosses([network(1, 0, Math.E), network(1, 1, 1), network(2, 0, Infinity), network(2, 1, 0)]);
    expect(logs.get(1)).toEqual([1, 0]);
    expect(logs.get(2)![0]).toBe(Infinity);
    expect(logs.get(2)![1]).toBeLessThan(-600);
  });
});

describe('rates that are missing', () => {
  /** Tries what is missing until nothing is, from one rate of the grid on. */
  const searched = (whole: ReadonlyMap<number, readonly number[]>, from: number) => {
    const grid = [...whole.keys()];
    const tried = new Set([from]);
    for (;;) {
      const losses = new Map(grid.filter((rate) => tried.has(rate)).map((rate) => [rate, whole.get(rate)!]));
      const missing = missingRates(losses, grid);
      if (missing.length === 0) return losses;
      for (const rate of missing) {
        expect(tried.has(rate)).toBe(false);
        tried.add(rate);
      }
    }
  };

  test.prop([
    fc.array(fc.double({ min: -9, max: 3, noNaN: true }), { minLength: 1, maxLength: 4 }),
    fc.constantFrom(...GRID),
  ])('lead from anywhere to the best ones of parabolas, as if all had been tried', (vertices, from) => {
    const whole = parabolas(GRID, vertices);
    const found = searched(whole, from);
    expect(bestRate(found)).toBe(bestRate(whole));
    expect(bestRates(found)).toEqual(bestRates(whole));
  });

  test.prop([
    fc.array(fc.tuple(fc.constantFrom(-1, 0, 1, Infinity), fc.constantFrom(-1, 0, 1, Infinity)), {
      minLength: GRID.length,
      maxLength: GRID.length,
    }),
    fc.constantFrom(...GRID),
  ])('leave every best rate with both of its neighbours, whatever the losses', (losses, from) => {
    const found = searched(new Map(GRID.map((rate, at) => [rate, losses[at]!])), from);
    const columns = [0, 1].map((training) => new Map([...found].map(([rate, logs]) => [rate, [logs[training]!]])));
    for (const best of [found, ...columns].map(bestRate)) {
      const at = GRID.indexOf(best);
      for (const neighbour of [GRID[at - 1], GRID[at + 1]])
        if (neighbour !== undefined) expect(found.has(neighbour)).toBe(true);
    }
  });

  test('are none beyond a minimum that is between two that are worse', () => {
    const losses = [5, 1, 0, 1, 2, -9];
    const found = searched(new Map(GRID.map((rate, at) => [rate, [losses[at]!]])), GRID[1]!);
    expect([...found.keys()]).toEqual(GRID.slice(0, 4));
  });
});

test('the slope is that of least squares', () => {
  expect(slopeOf([1, 2, 3], [5, 3, 1])).toBe(-2);
  expect(slopeOf([0, 1, 2, 3], [0, 1, 0, 1])).toBeCloseTo(0.2, 12);
});

test('an estimate has the error of its mean, and none where there is one value', () => {
  expect(estimateOf([1, 3])).toMatchObject({ mean: 2, standardError: 1 });
  expect(estimateOf([7])).toEqual({ mean: 7, standardError: 0 });
});
