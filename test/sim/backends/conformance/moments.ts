import { describe, expect, test } from 'vitest';
import {
  type Backend,
  MOMENTS,
  type NoiseBatch,
  type PerturbedNetworks,
} from '../../../../src/sim/backends/backend.js';
import { denseLayers, momentsOracle, unitRoundoff, worstShare } from '../../../support/float-oracle.js';
import { noiseBatch, perturbedNetworks, shapeName, shapes, uniform } from '../../../support/network-cases.js';
import { seededRandom } from '../../../support/random-matrices.js';
import { some } from '../../../support/sample-size.js';

function expectAgreement(backend: Backend, networks: PerturbedNetworks, noise: NoiseBatch, actual: Float64Array) {
  const expected = momentsOracle(networks, noise, unitRoundoff(backend.precision));
  expect(actual).toBeInstanceOf(Float64Array);
  expect(actual.length).toBe(expected.values.length);
  expect(worstShare(actual, expected)).toBeLessThanOrEqual(1);
}

/** The same residuals over layers that are diagonal, as the `modes` engine gives them. */
function diagonal(networks: PerturbedNetworks, modes: number, seed: number): PerturbedNetworks {
  return { ...networks, layers: { modes, factors: uniform(networks.count * modes, 1, seededRandom(seed)) } };
}

const namedShapes = some(shapes, 4).map((shape) => [shapeName(shape), shape] as const);

/** The part of the conformance suite about `perturbationMoments`. */
export function momentConformance(open: () => Backend): void {
  describe('perturbationMoments', () => {
    test.each(namedShapes)('agrees with float64 within the rounding bound, shape %s', async (_, shape) => {
      const [networks, noise] = [perturbedNetworks(shape, 2, 51), noiseBatch(shape, 3, 52)];
      expectAgreement(open(), networks, noise, await open().perturbationMoments(networks, noise));
    });

    test.each(namedShapes)('agrees for diagonal layers, shape %s', async (_, shape) => {
      const most = Math.min(shape.rows, shape.hidden, shape.cols);
      for (const modes of new Set([1, most])) {
        const networks = diagonal(perturbedNetworks(shape, 2, 53), modes, 54);
        const noise = noiseBatch(shape, 3, 55);
        const moments = await open().perturbationMoments(networks, noise);
        expectAgreement(open(), networks, noise, moments);
        // The diagonal and the same layers written out in full agree within the bounds of both.
        const full = await open().perturbationMoments({ ...networks, layers: denseLayers(networks) }, noise);
        const { bounds } = momentsOracle(networks, noise, unitRoundoff(open().precision));
        expect(worstShare(full, { values: moments, bounds })).toBeLessThanOrEqual(2);
      }
    });

    test.each([
      ['2x1100x2', { rows: 2, hidden: 1100, cols: 2 }],
      ['2x2x1100', { rows: 2, hidden: 2, cols: 1100 }],
      ['1100x2x2', { rows: 1100, hidden: 2, cols: 2 }],
    ] as const)('sums more than 1000 terms, shape %s', async (_, shape) => {
      const [networks, noise] = [perturbedNetworks(shape, 2, 56), noiseBatch(shape, 2, 57)];
      expectAgreement(open(), networks, noise, await open().perturbationMoments(networks, noise));
    });

    test('takes more than 1000 replicates, and networks and replicates in any number', async () => {
      const shape = { rows: 2, hidden: 2, cols: 2 };
      const noise = noiseBatch(shape, 1200, 58);
      for (const count of [1, 3]) {
        const networks = perturbedNetworks(shape, count, 59);
        expectAgreement(open(), networks, noise, await open().perturbationMoments(networks, noise));
      }
    });

    test('follows sizes that grow, shrink and come back', async () => {
      const run = async (shape: PerturbedNetworks['shape'], count: number, replicates: number) => {
        const [networks, noise] = [perturbedNetworks(shape, count, 60), noiseBatch(shape, replicates, 61)];
        const moments = await open().perturbationMoments(networks, noise);
        expectAgreement(open(), networks, noise, moments);
        return moments;
      };
      const small = await run({ rows: 2, hidden: 3, cols: 2 }, 1, 2);
      await run({ rows: 5, hidden: 4, cols: 6 }, 3, 7);
      expect(await run({ rows: 2, hidden: 3, cols: 2 }, 1, 2)).toEqual(small);
    });

    test('gives a pair of network and replicate the same moments alone and in a batch, bit for bit', async () => {
      const shape = { rows: 3, hidden: 4, cols: 5 };
      const [networks, noise] = [perturbedNetworks(shape, 3, 62), noiseBatch(shape, 4, 63)];
      const together = await open().perturbationMoments(networks, noise);
      const { first, second } = denseLayers(networks);
      const alone = await open().perturbationMoments(
        {
          shape,
          count: 1,
          layers: { first: first.slice(24, 36), second: second.slice(40, 60) },
          residual: networks.residual.slice(30, 45),
        },
        { replicates: 1, first: noise.first.slice(12, 24), second: noise.second.slice(20, 40) },
      );
      const pair = 2 * 4 + 1;
      expect(alone).toEqual(together.slice(pair * MOMENTS, (pair + 1) * MOMENTS));
    });

    test('gives identical numbers when called again, and leaves its input alone', async () => {
      const shape = { rows: 2, hidden: 3, cols: 4 };
      const [networks, noise] = [perturbedNetworks(shape, 2, 64), noiseBatch(shape, 3, 65)];
      const before = structuredClone({ networks, noise });
      const first = await open().perturbationMoments(networks, noise);
      const copy = first.slice();
      expect(await open().perturbationMoments(networks, noise)).toEqual(first);
      await open().perturbationMoments(perturbedNetworks(shape, 2, 66), noise);
      expect(first).toEqual(copy);
      expect({ networks, noise }).toEqual(before);
    });

    test('takes the same array as weights, residual and noise', async () => {
      const shape = { rows: 3, hidden: 3, cols: 3 };
      const values = perturbedNetworks(shape, 1, 67).residual;
      const networks = { shape, count: 1, layers: { first: values, second: values }, residual: values };
      const noise = { replicates: 1, first: values, second: values };
      expectAgreement(open(), networks, noise, await open().perturbationMoments(networks, noise));
    });
  });
}
