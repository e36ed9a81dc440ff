import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { RateSearch, SECTIONS } from '../../../src/sim/finetuning/rates.js';

const grid = [0.001, 0.01, 0.1, 1];

/** Runs a search on a loss of the rate; the pre-training loss is the rate itself, so that the spread can be told. */
function search(loss: (rate: number) => number, squaredNorm = 1): ReturnType<RateSearch['best']> & { tried: number[] } {
  const running = new RateSearch(grid, squaredNorm);
  const tried: number[] = [];
  for (let round = 0; round <= SECTIONS; round++) {
    const wanted = running.wanted();
    tried.push(...wanted);
    running.learn(wanted.map((rate) => ({ lossFt: loss(rate), lossPre: rate })));
  }
  return { ...running.best(), tried };
}

describe('the search for the best rate', () => {
  test.prop([fc.double({ min: Math.log(0.001), max: 0, noNaN: true })])(
    'finds the minimum of a curve with one valley anywhere in the grid',
    (at) => {
      const { rate } = search((tried) => (Math.log(tried) - at) ** 2, 1e-6);
      // Losses within 10⁻¹⁵ are equal: that is 3·10⁻⁸ in the logarithm; the sections leave 2 ln 10 · 0.618^23 = 7·10⁻⁵.
      expect(Math.abs(Math.log(rate) - at)).toBeLessThan(1e-4);
    },
  );

  test('asks for the grid first, then for two inner points, then for one at a time', () => {
    const { tried } = search((rate) => (Math.log(rate) + 3) ** 2);
    expect(tried.slice(0, 4)).toEqual(grid);
    expect(tried.length).toBe(4 + 2 + (SECTIONS - 1));
    for (const rate of tried.slice(4)) {
      expect(rate).toBeGreaterThan(0.01);
      expect(rate).toBeLessThan(1);
    }
  });

  test('takes the smallest of rates that are as good, and tells how far apart they leave the other loss', () => {
    const { rate, spread, tried } = search((tried) => (tried < 0.05 ? 1 : 0));
    const good = tried.filter((one) => one >= 0.05);
    expect(rate).toBe(Math.min(...good));
    expect(rate).toBeLessThan(0.0501);
    expect(spread).toBe(Math.max(...good) - rate);
  });

  test('a valley at either end of the grid is found there', () => {
    expect(search((rate) => rate).rate).toBe(0.001);
    expect(search((rate) => -rate).rate).toBe(1);
  });

  test('rates that diverge are avoided; where all do, the smallest is named', () => {
    const { rate, spread } = search((tried) => (tried > 0.2 ? Infinity : 1 / tried));
    expect(rate).toBeGreaterThan(0.199);
    expect(rate).toBeLessThanOrEqual(0.2);
    expect(spread).toBeLessThan(1e-3);
    const hopeless = search(() => Infinity);
    expect(hopeless.rate).toBe(Math.min(...hopeless.tried));
  });
});
