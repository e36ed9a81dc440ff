import { expect, test } from 'vitest';
import {
  anyCardCouldPay,
  cardPays,
  descentWork,
  thresholdOf,
} from '../../../../src/sim/backends/gpu-js/gpu-threshold.js';

const square = (dim: number) => ({ rows: dim, hidden: dim, cols: dim });
const middling = { card: 1e12, simd: 8e10, pass: 1e-5 };

test('work counts the three products of each step', () => {
  expect(descentWork({ rows: 2, hidden: 3, cols: 5 }, 7, 11)).toEqual({ flops: 6 * 30 * 77, passes: 33 });
});

test('a card pays for large ensembles trained for long, and for nothing small', () => {
  const threshold = thresholdOf(middling);
  expect(cardPays(descentWork(square(64), 1024, 10_000), threshold)).toBe(true);
  // A study of a second or two is over before a card has started.
  expect(cardPays(descentWork(square(64), 64, 1000), threshold)).toBe(false);
  // A small network waits for the launches, however many steps it makes.
  expect(cardPays(descentWork(square(16), 1, 1e8), threshold)).toBe(false);
});

test('the threshold is where simd takes twice as long as the card', () => {
  const { flops, flopsPerPass } = thresholdOf(middling);
  for (const passes of [0, 1000, 1e6]) {
    const work = flops + flopsPerPass * passes;
    // The start is a second.
    const onCard = 1 + passes * middling.pass + work / middling.card;
    expect(work / middling.simd / onCard).toBeCloseTo(2, 12);
    expect(cardPays({ flops: work * (1 + 1e-9), passes }, { flops, flopsPerPass })).toBe(true);
    expect(cardPays({ flops: work * (1 - 1e-9), passes }, { flops, flopsPerPass })).toBe(false);
  }
});

test('a card that is less than twice as fast never pays', () => {
  for (const card of [1e9, 1.6e11]) {
    const threshold = thresholdOf({ ...middling, card });
    expect(threshold.flops).toBe(Number.POSITIVE_INFINITY);
    for (const passes of [0, 3]) expect(cardPays({ flops: 1e30, passes }, threshold)).toBe(false);
  }
});

test('what no card could win is known without looking for one', () => {
  expect(anyCardCouldPay(descentWork(square(64), 64, 100), 2)).toBe(false);
  expect(anyCardCouldPay(descentWork(square(64), 1024, 10_000), 2)).toBe(true);
  // As fast as light, and launched for nothing: what is left out is left out by its threshold too.
  const { flops } = thresholdOf({ card: 1e30, simd: 55e9 * 2, pass: 0 });
  expect(anyCardCouldPay({ flops: flops * 1.001, passes: 0 }, 2)).toBe(true);
  expect(anyCardCouldPay({ flops: flops * 0.999, passes: 0 }, 2)).toBe(false);
});
