import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/theory/claims/engine/claim.js';
import { deepNetwork } from '../../../src/theory/claims/t1-sensitivity.js';
import { expectedExcess, expectedExcessDeep } from '../../../src/theory/sensitivity.js';
import { testClaim } from '../../../src/vitest.js';
import { hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { gaussianMatrix, seededRandom } from '../../support/random-matrices.js';
import { samples } from '../../support/sample-size.js';

const noise = { draw: 'independent', mean: 0 } as const;

describe('T1-depth', () => {
  testClaim(deepNetwork, { runs: samples(30), seed: 2 });

  test('needs noise that is independent and centred', () => {
    expect(hypothesisVerdicts(deepNetwork)).toEqual({ independent: 'needed', centred: 'needed' });
  });

  test('a product of pure noise has the squared norm γ^{2L} times all widths, as is known of Gaussian matrices', () => {
    const layers = [2, 3, 4, 5].map((rows) => ({ rows, size: 0, gamma: 0.5 }));
    const { left, right } = evaluate(deepNetwork, { layers, cols: 6, taskSize: 1, seed: 0, sameNoise: true, noise });
    expect(left.value).toBe(0.5 ** 8 * (2 * 3 * 4 * 5 * 6));
    expect(right.value).toBe(left.value);
  });

  test('with one layer is γ² per entry, with two the identity for two layers', () => {
    const random = seededRandom(3);
    const [first, second] = [gaussianMatrix(3, 2, random), gaussianMatrix(2, 4, random)];
    expect(expectedExcessDeep([first], 2)).toBe(4 * 6);
    const two = expectedExcess(first, second, { first: 0.3, second: 2 });
    // Both are sums of a few dozen positive products.
    expect(Math.abs(expectedExcessDeep([first, second], [0.3, 2]) - two)).toBeLessThan(1e-14 * two);
  });
});
