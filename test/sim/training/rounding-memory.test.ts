import { describe, expect, test } from 'vitest';
import { RoundingMemory } from '../../../src/sim/training/rounding.js';

/** Correlations that the changes of one number are given, one for each. */
function correlations(changes: readonly number[], spacing: number): number[] {
  const memory = new RoundingMemory(1);
  return changes.map((change) => memory.correlation(Float64Array.of(change), spacing));
}

describe('memory of roundings', () => {
  test('is endless for equal changes, and as long as nothing is known of how they drift', () => {
    expect(correlations([3, 3, 3, 3], 1)).toEqual([1, 1, 1, 1]);
  });

  test('is the time in which the change drifts by a spacing of the grid', () => {
    // A drift of 1/20 that bends by 1/3200: 20 steps to a spacing, and √3200 = 57 where the drift is a whole number of them.
    const latest = correlations([0, 0.05, 0.1 + 1 / 3200], 1).at(-1)!;
    expect(1 / (1 - latest)).toBeCloseTo(Math.sqrt(3200), 6);
    const bent = correlations([0, 0.05, 0.2], 1).at(-1)!;
    expect(1 / (1 - bent)).toBeCloseTo(1 / 0.15, 6);
  });

  test('is one step where changes jump by more than a spacing', () => {
    expect(correlations([0, 5, 3, 9], 1).slice(2)).toEqual([0, 0]);
  });

  test('tells how far a float32 number strays that is changed by about the same in every step', () => {
    // w ← w − c rounded to float32 at w = 1.5, where the grid has a spacing of 2⁻²³.
    const steps = 4000;
    for (const [first, drift] of [
      [0.3, 0],
      [0.3, 1e-5],
      [1.7, 1e-4],
      [40.2, 1 / 64],
    ] as const) {
      const memory = new RoundingMemory(1);
      let [stored, exact] = [1.5, 1.5];
      let [variance, covariance] = [0, 0];
      for (let step = 0; step < steps; step++) {
        const change = (first + drift * step) * 2 ** -23;
        stored = Math.fround(stored - change);
        exact -= change;
        const carried = memory.correlation(Float64Array.of(change), 2 ** -23) * covariance;
        // A rounding lies within half a spacing on either side.
        const added = (2 ** -24) ** 2 / 3;
        variance += 2 * carried + added;
        covariance = carried + added;
      }
      const error = Math.abs(stored - exact);
      expect(error).toBeLessThanOrEqual(Math.min(steps * 2 ** -24, 6 * Math.sqrt(variance)) * (1 + 1e-9));
      // Without memory the first two would be beyond six standard deviations.
      if (drift < 1e-4) expect(error).toBeGreaterThan(6 * Math.sqrt(steps * ((2 ** -24) ** 2 / 3)));
    }
  });
});
