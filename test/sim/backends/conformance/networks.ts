import { describe, expect, test } from 'vitest';
import type { Backend, NetworkBatch, NetworkShape, Weights } from '../../../../src/sim/backends/backend.js';
import { networksOracle, norm, unitRoundoff } from '../../../support/float-oracle.js';
import { networkBatch, oneNetwork, shapeName, shapes } from '../../../support/network-cases.js';
import { some } from '../../../support/sample-size.js';

/** Rates of both signs of change, so that a step that is left out, repeated or out of order shows. */
function ratesOf(steps: number, largest = 0.02): number[] {
  return Array.from({ length: steps }, (_, step) => largest * (0.5 + 0.5 * Math.sin(step)));
}

function expectAgreement(backend: Backend, batch: NetworkBatch, rates: readonly number[], actual: Weights) {
  const expected = networksOracle(batch, rates, unitRoundoff(backend.precision));
  const layers = [
    [actual.first, expected.first, expected.firstBounds],
    [actual.second, expected.second, expected.secondBounds],
  ] as const;
  for (const [values, exact, bounds] of layers) {
    expect(values).toBeInstanceOf(Float64Array);
    expect(values.length).toBe(exact.length);
    const size = exact.length / batch.count;
    bounds.forEach((bound, network) => {
      const error = exact
        .subarray(network * size, (network + 1) * size)
        .map((value, index) => value - values[network * size + index]!);
      expect(norm(error)).toBeLessThanOrEqual(bound);
    });
  }
}

/** The part of the conformance suite about `descendNetworks`. */
export function networkConformance(open: () => Backend): void {
  describe('descendNetworks', () => {
    test.each(some(shapes, 4).map((shape) => [shapeName(shape), shape] as const))(
      'agrees with float64 within the rounding bound, shape %s',
      async (_, shape) => {
        const batch = networkBatch(shape, 3, 11);
        // 64 steps in one launch, 8 in the next, and a launch that is not full.
        const rates = ratesOf(75);
        expectAgreement(open(), batch, rates, await open().descendNetworks(batch, rates));
      },
    );

    const long: readonly NetworkShape[] = [
      { rows: 2, hidden: 1100, cols: 3 },
      { rows: 2, hidden: 3, cols: 1100 },
      { rows: 1100, hidden: 2, cols: 3 },
    ];
    test.each(some(long, 1).map((shape) => [shapeName(shape), shape] as const))(
      'sums more than 1000 terms, shape %s',
      async (_, shape) => {
        const batch = networkBatch(shape, 2, 12);
        const rates = ratesOf(3);
        expectAgreement(open(), batch, rates, await open().descendNetworks(batch, rates));
      },
    );

    test('makes each step with its own rate, in order', async () => {
      const batch = networkBatch({ rows: 2, hidden: 3, cols: 2 }, 2, 13);
      const rates = ratesOf(20);
      const backwards = [...rates].reverse();
      const results = [await open().descendNetworks(batch, rates), await open().descendNetworks(batch, backwards)];
      expectAgreement(open(), batch, rates, results[0]!);
      expectAgreement(open(), batch, backwards, results[1]!);
      expect(results[0]!.first).not.toEqual(results[1]!.first);
    });

    test('updates both layers from the same point', async () => {
      // Alternating updates differ from simultaneous ones by η² ‖R‖ ‖W‖³ ≈ 10⁻², far beyond any rounding bound.
      const batch = networkBatch({ rows: 3, hidden: 3, cols: 3 }, 1, 14, 1.5);
      expectAgreement(open(), batch, [0.1], await open().descendNetworks(batch, [0.1]));
    });

    test('follows sizes that grow, shrink and come back', async () => {
      const small = networkBatch({ rows: 2, hidden: 2, cols: 2 }, 1, 15);
      const large = networkBatch({ rows: 5, hidden: 6, cols: 4 }, 4, 16);
      const before = await open().descendNetworks(small, ratesOf(10));
      expectAgreement(open(), large, ratesOf(70), await open().descendNetworks(large, ratesOf(70)));
      const again = await open().descendNetworks(small, ratesOf(10));
      expect(again).toEqual(before);
      expectAgreement(open(), small, ratesOf(10), again);
    });

    test('gives a network the same result alone and in a batch, bit for bit', async () => {
      // 70 networks of 64 entries: enough cells for a backend that splits work between threads to do so.
      const batch = networkBatch({ rows: 8, hidden: 8, cols: 8 }, 70, 17);
      const together = await open().descendNetworks(batch, ratesOf(9));
      for (const index of [0, 1, 34, 69]) {
        const alone = await open().descendNetworks(oneNetwork(batch, index), ratesOf(9));
        expect(alone.first).toEqual(together.first.slice(index * 64, (index + 1) * 64));
        expect(alone.second).toEqual(together.second.slice(index * 64, (index + 1) * 64));
      }
    });

    test('gives identical numbers when called again, and keeps the earlier result', async () => {
      const batch = networkBatch({ rows: 3, hidden: 4, cols: 2 }, 2, 18);
      const first = await open().descendNetworks(batch, ratesOf(12));
      const copy = Float64Array.from(first.first);
      const second = await open().descendNetworks(batch, ratesOf(12));
      expect(second).toEqual(first);
      await open().descendNetworks(networkBatch(batch.shape, 2, 19), ratesOf(12));
      expect(first.first).toEqual(copy);
    });

    test('neither changes nor returns its input', async () => {
      const batch = networkBatch({ rows: 2, hidden: 2, cols: 2 }, 2, 20);
      const before = structuredClone(batch);
      for (const rates of [[], [0], ratesOf(9)]) {
        const result = await open().descendNetworks(batch, rates);
        expect(batch).toEqual(before);
        expect(result.first.buffer).not.toBe(batch.first.buffer);
        expect(result.second.buffer).not.toBe(batch.second.buffer);
        expect(result.first.buffer).not.toBe(result.second.buffer);
      }
    });

    test('takes the same array for both layers and the target', async () => {
      const values = networkBatch({ rows: 3, hidden: 3, cols: 3 }, 1, 21).first;
      const aliased: NetworkBatch = {
        shape: { rows: 3, hidden: 3, cols: 3 },
        count: 1,
        first: values,
        second: values,
        target: values,
        rateScale: Float64Array.of(1),
      };
      const apart = { ...aliased, second: values.slice(), target: values.slice() };
      const result = await open().descendNetworks(aliased, ratesOf(9));
      expect(result).toEqual(await open().descendNetworks(apart, ratesOf(9)));
    });

    test('leaves values as they are for no steps, zero rates and zero scales', async () => {
      const batch = networkBatch({ rows: 2, hidden: 3, cols: 4 }, 2, 22);
      const stored = await open().descendNetworks(batch, []);
      expectAgreement(open(), batch, [], stored);
      expect(await open().descendNetworks(batch, [0, 0, 0])).toEqual(stored);
      const still = { ...batch, rateScale: Float64Array.of(0, 0) };
      expect(await open().descendNetworks(still, ratesOf(9))).toEqual(stored);
      const padded = [...ratesOf(13), ...new Array<number>(70).fill(0)];
      expect(await open().descendNetworks(batch, padded)).toEqual(await open().descendNetworks(batch, ratesOf(13)));
    });

    test('changes nothing at rate 0, even where the gradient overflows', async () => {
      // W1 W2 − A is 10²⁶ and the gradient 10³⁹, beyond float32: 0 · ∞ would make it NaN.
      const one = Float64Array.of(2 ** 43);
      const batch: NetworkBatch = {
        shape: { rows: 1, hidden: 1, cols: 1 },
        count: 1,
        first: one,
        second: one,
        target: Float64Array.of(0),
        rateScale: Float64Array.of(1),
      };
      expect(await open().descendNetworks(batch, [0])).toEqual({ first: one, second: one });
    });

    test('carries on where it stopped', async () => {
      const batch = networkBatch({ rows: 2, hidden: 3, cols: 4 }, 2, 23);
      const rates = ratesOf(24);
      const half = await open().descendNetworks(batch, rates.slice(0, 8));
      const rest = await open().descendNetworks({ ...batch, ...half }, rates.slice(8));
      expect(rest).toEqual(await open().descendNetworks(batch, rates));
    });
  });
}
