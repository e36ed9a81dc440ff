import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bootstrapIntervals, fitLaw } from '../../../src/sim/scaling/fit-law.js';
import { chinchillaLaw, shannonLaw } from '../../../src/sim/scaling/laws.js';
import { chinchillas, shannons, synthetic, type Values } from '../../support/scaling-oracle.js';

describe('intervals', () => {
  test.each([
    ['chinchilla', chinchillaLaw, chinchillas],
    ['shannon', shannonLaw, shannons],
  ] as const)('of %s hold the exponents that made the data', async (name, law, drawn) => {
    const datasets = 24;
    const covered: Record<string, number> = {};
    const truths = fc.sample(drawn as fc.Arbitrary<Values>, { numRuns: datasets, seed: 5 });
    for (const [at, truth] of truths.entries()) {
      const points = synthetic(name, truth, 0.01, at + 1);
      const fit = fitLaw(law, points);
      const intervals = await bootstrapIntervals(fit, points, 60, at, async () => {});
      law.parameters.forEach(({ name: key, kind }, index) => {
        if (kind !== 'exponent') return;
        const { low, high } = intervals[index]!;
        covered[key] = (covered[key] ?? 0) + (low <= truth[key]! && truth[key]! <= high ? 1 : 0);
      });
    }
    /*
     * Percentile intervals from 60 fits to 80 points hold somewhat less than their 95 %. At 90 % fewer than 17 of 24 are held once in
     * 700 times; an interval half as wide holds 65 %.
     */
    for (const count of Object.values(covered)) expect(count).toBeGreaterThanOrEqual(17);
  });
});
