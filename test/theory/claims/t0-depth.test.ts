import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { depth } from '../../../src/theory/claims/t0-depth.js';
import { deepMode } from '../../../src/theory/depth.js';
import { testClaim } from '../../../src/vitest.js';
import { hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { integrate } from '../../support/integrate.js';
import { samples } from '../../support/sample-size.js';

const base = { extraHidden: 1, leftSeed: 3, rightSeed: 4, start: 'aligned', ratio: 1 } as const;

describe('T0-depth', () => {
  testClaim(depth, { runs: samples(30), seed: 2 });

  test('needs layers that start aligned and balanced', () => {
    expect(hypothesisVerdicts(depth)).toEqual({ aligned: 'needed', balanced: 'needed' });
  });

  test.each([2, 3, 4, 7, 40, 1000, 1_000_000])('holds for %d layers from above, below, at and near σ', (layers) => {
    const modes = [
      { sigma: 1, start: 1e-9 },
      { sigma: 1, start: 1 - 1e-9 },
      { sigma: 2, start: 2 },
      { sigma: 0.5, start: 50 },
      { sigma: 0, start: 1 },
      { sigma: 1, start: 0 },
    ];
    for (const time of [0, 1e-6, 0.01, 1, 1e4]) {
      expect(concludes(evaluate(depth, { ...base, modes, depth: layers, time }))).toBe(true);
    }
  });

  test('layers that are integrated one by one multiply to the same mode', () => {
    const [layers, sigma, start, time] = [5, 1.3, 0.02, 2];
    const ends = integrate(
      (_, weights) => {
        const product = weights.reduce((all, weight) => all * weight, 1);
        return weights.map((weight) => (2 * (sigma - product) * product) / weight);
      },
      new Array<number>(layers).fill(start ** (1 / layers)),
      time,
    );
    const product = ends.reduce((all, weight) => all * weight, 1);
    expect(deepMode({ sigma, start }, layers, time).value).toBeCloseTo(product, 9);
  });
});
