import { describe, expect, test } from 'vitest';
import {
  deviceLaunches,
  launchesOf,
  processorLaunches,
  shorterLaunches,
} from '../../../../src/sim/backends/gpu-js/launches.js';

const ratesOf = (steps: number) => Array.from({ length: steps }, (_, step) => 1 + step);
const kinds = ['networks', 'modes', 'optimizers'] as const;

describe.each([
  ['processor', processorLaunches],
  ['device', deviceLaunches],
] as const)('launches of a %s', (_, launches) => {
  test.each(kinds)('make every step of %s once, in order, and then only steps of rate 0', (kind) => {
    for (const steps of [0, 1, 7, 8, 9, 64, 65, 100, 1023, 1024, 1025, 5000]) {
      const made = launchesOf(ratesOf(steps), launches[kind]).flatMap((part) => Array.from(part));
      expect(made.slice(0, steps)).toEqual(ratesOf(steps));
      expect(made.slice(steps).every((rate) => rate === 0)).toBe(true);
    }
  });

  test('have compiled sizes only, largest first', () => {
    for (const kind of kinds) {
      const { sizes } = launches[kind];
      expect(sizes.every(Number.isInteger)).toBe(true);
      expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
      expect(new Set(sizes).size).toBe(sizes.length);
      for (const part of launchesOf(ratesOf(777), launches[kind])) expect(sizes).toContain(part.length);
    }
  });

  test('of an optimiser are full', () => {
    for (const steps of [1, 2, 3, 63, 100]) {
      const parts = launchesOf(ratesOf(steps), launches.optimizers);
      expect(parts.reduce((sum, part) => sum + part.length, 0)).toBe(steps);
    }
  });
});

test('a device keeps the state for a whole call of up to 1024 steps, at a quarter of idle steps at most', () => {
  for (let steps = 1; steps <= 1024; steps++) {
    const parts = launchesOf(ratesOf(steps), deviceLaunches.networks);
    expect(parts.length).toBe(1);
    expect(parts[0]!.length).toBeLessThanOrEqual(Math.max(8, 1.25 * steps));
  }
  expect(launchesOf(ratesOf(4096), deviceLaunches.modes).length).toBe(1);
});

test('shorter launches are of the compiled sizes within the bound, or of the smallest', () => {
  const { sizes } = shorterLaunches(deviceLaunches.networks, 100);
  expect(sizes[0]).toBe(96);
  expect(sizes.at(-1)).toBe(8);
  expect(shorterLaunches(deviceLaunches.networks, 0).sizes).toEqual([8]);
  expect(launchesOf(ratesOf(500), { sizes, whole: true }).every((part) => part.length <= 96)).toBe(true);
});
