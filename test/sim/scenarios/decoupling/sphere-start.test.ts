import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { nameOf, parameterizationsWith, recipeOf, spheres } from '../../../../src/sim/scenarios/decoupling/rules.js';
import { sphereStart } from '../../../../src/sim/scenarios/decoupling/train-cell.js';
import { scaledToSphere } from '../../../support/decoupled-oracle.js';

const size = fc.integer({ min: 2, max: 6 });

describe('starts on spheres', () => {
  test.prop([size, size, size, fc.constantFrom(...spheres), fc.nat({ max: 1000 })])(
    'have unit norm and equal parts',
    (rows, hidden, cols, sphere, seed) => {
      const { first } = sphereStart({ rows, hidden, cols }, sphere, seed, 0);
      const matrix = Array.from({ length: rows }, (_, row) =>
        Array.from(first.subarray(row * hidden, (row + 1) * hidden)),
      );
      const scaled = scaledToSphere(matrix, sphere).flat();
      first.forEach((entry, index) => {
        expect(Math.abs(entry - scaled[index]!)).toBeLessThan(1e-14);
      });
      expect(first.reduce((sum, entry) => sum + entry ** 2, 0)).toBeCloseTo(1, 12);
    },
  );

  test('differ between trainings, seeds and layers', () => {
    const shape = { rows: 3, hidden: 3, cols: 3 };
    const [one, other, another] = [
      sphereStart(shape, 'row', 1, 0),
      sphereStart(shape, 'row', 1, 1),
      sphereStart(shape, 'row', 2, 0),
    ];
    const all = [one.first, one.second, other!.first, other!.second, another!.first].map(String);
    expect(new Set(all).size).toBe(5);
  });
});

describe('parameterisations', () => {
  const settings = { sphere: 'row', radius: 2, gainRate: 0.5, weightDecay: 0.1, warmup: 0.2, steps: 10 } as const;

  test('are four plain ones and the decoupled ones', () => {
    expect(parameterizationsWith(['both', 'none']).map(nameOf)).toEqual([
      'plain',
      'plain, warm-up',
      'plain, decay',
      'plain, decay, warm-up',
      'decoupled, gains both',
      'decoupled, gains none',
    ]);
  });

  test('fall linearly to zero, after a rise where there is a warm-up', () => {
    const [straight, warm, , , decoupled] = parameterizationsWith(['both']).map((one) =>
      recipeOf(one, 'adam', settings),
    );
    const falling = [0.95, 0.85, 0.75, 0.65, 0.55, 0.45, 0.35, 0.25, 0.15, 0.05];
    const close = (values: readonly number[], expected: readonly number[]) =>
      expect(values.map((value) => Number(value.toFixed(12)))).toEqual(
        expected.map((value) => Number(value.toFixed(12))),
      );
    close(straight!.shares, falling);
    close(decoupled!.shares, falling);
    close(warm!.shares, [0.25, 0.75, ...falling.slice(2).map((share) => share / 0.8)]);
    close(
      decoupled!.decoupling!.gainRates,
      falling.map((share) => 0.5 * share),
    );
  });

  test('that compute different things have rules of different names', () => {
    const names = ['adam', 'muon'].flatMap((base) =>
      parameterizationsWith(['none', 'row', 'column', 'both']).map((one) => recipeOf(one, base, settings).rule.name),
    );
    // Warm-up is a matter of the rates alone.
    expect(new Set(names).size).toBe(2 * 6);
  });
});
