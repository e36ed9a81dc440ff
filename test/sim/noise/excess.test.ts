import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import type { NetworkShape, PerturbedNetworks } from '../../../src/sim/backends/backend.js';
import { openBackend } from '../../../src/sim/backends/open-backend.js';
import { estimateExcess, NoiseReplicates } from '../../../src/sim/noise/excess.js';
import { bytesPerReplicate } from '../../../src/sim/scenario/memory.js';
import { backendsHere } from '../../support/devices.js';
import { denseLayers } from '../../support/float-oracle.js';
import { networkBatch, shapeName, shapes } from '../../support/network-cases.js';

const gammas = [1e-3, 0.3, 2, 0];

/** A random network with its true residual, and the target it belongs to. */
function networkOf(shape: NetworkShape, diagonal: boolean): { network: PerturbedNetworks; target: Matrix } {
  const { first, second, target } = networkBatch(shape, 1, 101);
  const { rows, hidden, cols } = shape;
  const modes = Math.min(rows, hidden, cols);
  const layers = diagonal ? { modes, factors: first.slice(0, modes) } : { first, second };
  const incomplete = { shape, count: 1, layers, residual: target };
  const dense = denseLayers(incomplete);
  const task = matrix(target, rows, cols);
  const residual = matrix(dense.first, rows, hidden)
    .mmul(matrix(dense.second, hidden, cols))
    .sub(task);
  return { network: { ...incomplete, residual: Float64Array.from(residual.to1DArray()) }, target: task };
}

function matrix(values: Float64Array, rows: number, cols: number): Matrix {
  return Matrix.from1DArray(rows, cols, values);
}

/** `‖(W1+γE1)(W2+γE2) − A‖² − ‖W1W2 − A‖²` of each draw, by doing just that. */
function directExcess(network: PerturbedNetworks, target: Matrix, noise: NoiseReplicates, gamma: number) {
  const { rows, hidden, cols } = network.shape;
  const { first, second } = denseLayers(network);
  const [w1, w2] = [matrix(first, rows, hidden), matrix(second, hidden, cols)];
  const lossOf = (a: Matrix, b: Matrix) => Matrix.sub(a.mmul(b), target).norm() ** 2;
  const [batch] = [...noise.batches()];
  return Array.from({ length: noise.replicates }, (_, replicate) => {
    const part = (values: Float64Array, size: number) => values.slice(replicate * size, (replicate + 1) * size);
    const e1 = matrix(part(batch!.first, rows * hidden), rows, hidden);
    const e2 = matrix(part(batch!.second, hidden * cols), hidden, cols);
    return lossOf(Matrix.add(w1, e1.mul(gamma)), Matrix.add(w2, e2.mul(gamma))) - lossOf(w1, w2);
  });
}

describe('estimated excess loss', () => {
  const cases = shapes.flatMap((shape) =>
    [false, true].map((diagonal) => [shapeName(shape), diagonal ? 'diagonal' : 'full', shape] as const),
  );
  test.each(cases)('is the direct difference of losses, shape %s, %s layers', async (_, kind, shape) => {
    const { network, target } = networkOf(shape, kind === 'diagonal');
    const noise = new NoiseReplicates(shape, 12, 3);
    const { backend } = await openBackend('reference');
    const estimates = await estimateExcess(backend, network, noise, gammas);
    expect(estimates.length).toBe(gammas.length);
    gammas.forEach((gamma, index) => {
      const direct = directExcess(network, target, noise, gamma);
      const mean = direct.reduce((sum, value) => sum + value, 0) / direct.length;
      const variance = direct.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (direct.length - 1);
      const { mean: estimated, standardError, withoutGroup } = estimates[index]!;
      // The direct form subtracts two losses below 2000 with some hundred roundings each.
      const rounding = 200 * 2 ** -53 * 2000;
      expect(Math.abs(estimated - mean)).toBeLessThan(rounding);
      expect(Math.abs(standardError - Math.sqrt(variance / direct.length))).toBeLessThan(rounding);
      // Twelve draws in ten groups: draws 0 and 10 are one, 1 and 11 another.
      expect(withoutGroup.length).toBe(10);
      withoutGroup.forEach((value, group) => {
        const kept = direct.filter((_, draw) => draw % 10 !== group);
        const expected = kept.reduce((sum, each) => sum + each, 0) / kept.length;
        expect(Math.abs(value - expected)).toBeLessThan(rounding);
      });
    });
    expect(estimates[3]).toEqual({ mean: 0, standardError: 0, withoutGroup: new Array(10).fill(0) });
  });

  test('keeps its digits where the direct difference has none left', async () => {
    const shape = { rows: 2, hidden: 2, cols: 2 };
    const { network } = networkOf(shape, false);
    const { backend } = await openBackend('reference');
    const noise = new NoiseReplicates(shape, 10, 4);
    const [tiny, small] = await estimateExcess(backend, network, noise, [1e-20, 1e-10]);
    // Linear in γ to first order; the next order is γ times as small.
    expect(tiny!.mean / small!.mean / 1e-10).toBeCloseTo(1, 8);
  });

  test.each(backendsHere)('does not depend on the batches, bit for bit, on %s', async (name) => {
    const shape = { rows: 3, hidden: 2, cols: 4 };
    const { network } = networkOf(shape, false);
    const { backend } = await openBackend(name);
    const results = [];
    for (const perBatch of [1, 4, 10, 100]) {
      const noise = new NoiseReplicates(shape, 10, 5, perBatch * bytesPerReplicate(shape));
      results.push(await estimateExcess(backend, network, noise, gammas));
    }
    await backend.dispose();
    for (const result of results) expect(result).toEqual(results[0]);
  });
});
