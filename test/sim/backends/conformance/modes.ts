import { describe, expect, test } from 'vitest';
import type { Backend, ModeBatch } from '../../../../src/sim/backends/backend.js';
import { modesOracle, unitRoundoff, worstShare } from '../../../support/float-oracle.js';
import { modeBatch } from '../../../support/network-cases.js';

function ratesOf(steps: number, largest = 0.05): number[] {
  return Array.from({ length: steps }, (_, step) => largest * (0.5 + 0.5 * Math.sin(step)));
}

function expectAgreement(backend: Backend, batch: ModeBatch, rates: readonly number[], actual: Float64Array) {
  const expected = modesOracle(batch, rates, unitRoundoff(backend.precision));
  expect(actual).toBeInstanceOf(Float64Array);
  expect(actual.length).toBe(expected.values.length);
  expect(worstShare(actual, expected)).toBeLessThanOrEqual(1);
}

/** The part of the conformance suite about `descendModes`. */
export function modeConformance(open: () => Backend): void {
  describe('descendModes', () => {
    test.each([
      [1, 1, 1],
      [1, 1, 17],
      [3, 5, 40],
      [2, 7, 300],
      [1100, 2, 20],
      [2, 3, 4500],
    ])(
      'agrees with float64 within the rounding bound: %i networks, %i modes, %i steps',
      async (count, modes, steps) => {
        const batch = modeBatch(count, modes, 31);
        expectAgreement(open(), batch, ratesOf(steps), await open().descendModes(batch, ratesOf(steps)));
      },
    );

    test('makes each step with its own rate, in order', async () => {
      const batch = modeBatch(1, 3, 32);
      const rates = ratesOf(30, 0.3);
      const backwards = [...rates].reverse();
      expectAgreement(open(), batch, rates, await open().descendModes(batch, rates));
      expectAgreement(open(), batch, backwards, await open().descendModes(batch, backwards));
      expect(await open().descendModes(batch, rates)).not.toEqual(await open().descendModes(batch, backwards));
    });

    test('follows sizes that grow, shrink and come back', async () => {
      const [small, large] = [modeBatch(1, 2, 33), modeBatch(6, 9, 34)];
      const before = await open().descendModes(small, ratesOf(20));
      expectAgreement(open(), large, ratesOf(20), await open().descendModes(large, ratesOf(20)));
      const again = await open().descendModes(small, ratesOf(20));
      expect(again).toEqual(before);
      expectAgreement(open(), small, ratesOf(20), again);
    });

    test('gives a network the same result alone and in a batch, bit for bit', async () => {
      const batch = modeBatch(1500, 3, 35);
      const together = await open().descendModes(batch, ratesOf(20));
      for (const network of [0, 1, 750, 1499]) {
        const [from, to] = [3 * network, 3 * network + 3];
        const alone = await open().descendModes(
          {
            count: 1,
            modes: 3,
            factors: batch.factors.slice(from, to),
            sigmas: batch.sigmas.slice(from, to),
            rateScale: batch.rateScale.slice(network, network + 1),
          },
          ratesOf(20),
        );
        expect(alone).toEqual(together.slice(from, to));
      }
    });

    test('gives identical numbers when called again, and keeps the earlier result', async () => {
      const batch = modeBatch(2, 3, 36);
      const first = await open().descendModes(batch, ratesOf(20));
      const copy = first.slice();
      expect(await open().descendModes(batch, ratesOf(20))).toEqual(first);
      await open().descendModes(modeBatch(2, 3, 37), ratesOf(20));
      expect(first).toEqual(copy);
    });

    test('neither changes nor returns its input, and takes one array twice', async () => {
      const batch = modeBatch(2, 3, 38);
      const before = structuredClone(batch);
      for (const rates of [[], [0], ratesOf(9)]) {
        const result = await open().descendModes(batch, rates);
        expect(batch).toEqual(before);
        expect(result.buffer).not.toBe(batch.factors.buffer);
      }
      const values = batch.factors;
      const aliased = await open().descendModes({ ...batch, sigmas: values }, ratesOf(9));
      expect(aliased).toEqual(await open().descendModes({ ...batch, sigmas: values.slice() }, ratesOf(9)));
    });

    test('leaves values as they are for no steps, zero rates and zero scales', async () => {
      const batch = modeBatch(2, 3, 39);
      const stored = await open().descendModes(batch, []);
      expectAgreement(open(), batch, [], stored);
      expect(await open().descendModes(batch, new Array<number>(5000).fill(0))).toEqual(stored);
      const still = { ...batch, rateScale: Float64Array.of(0, 0) };
      expect(await open().descendModes(still, ratesOf(9))).toEqual(stored);
      // 13 steps and the same 13 padded to 16 are the same launch.
      const padded = [...ratesOf(13), 0, 0, 0];
      expect(await open().descendModes(batch, padded)).toEqual(await open().descendModes(batch, ratesOf(13)));
    });

    test('changes nothing at rate 0, even where D² overflows', async () => {
      const factors = Float64Array.of(2 ** 64);
      const batch = { ...modeBatch(1, 1, 44), factors };
      expect(await open().descendModes(batch, [0])).toEqual(factors);
    });

    test('serves calls that overlap', async () => {
      const batches = [modeBatch(2, 3, 40), modeBatch(1, 4, 41), modeBatch(2, 3, 42)];
      const overlapping = await Promise.all(batches.map((batch) => open().descendModes(batch, ratesOf(20))));
      for (const [index, batch] of batches.entries()) {
        expect(overlapping[index]).toEqual(await open().descendModes(batch, ratesOf(20)));
      }
    });

    test('shows an overflow instead of hiding it', async () => {
      // D = 10^200 is beyond float32 as it is and beyond float64 when it is cubed.
      const batch = { ...modeBatch(1, 1, 43), factors: Float64Array.of(1e200) };
      const [value] = await open().descendModes(batch, [0.1]);
      expect(Number.isFinite(value)).toBe(false);
    });
  });
}
