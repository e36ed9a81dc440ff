import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Backend } from '../../../../src/sim/backends/backend.js';
import { MissingDevice } from '../../../../src/sim/backends/gpu-js/webgpu-device.js';
import { ReferenceBackend } from '../../../../src/sim/backends/reference-backend.js';
import { loadBlas } from '../../../../src/sim/backends/simd/blas-kernels.js';
import { SimdBackend } from '../../../../src/sim/backends/simd-backend.js';
import { optimizerNamed } from '../../../../src/sim/training/optimizers.js';
import { missingDevices } from '../../../support/devices.js';
import { networkBatch, noiseBatch, perturbedNetworks } from '../../../support/network-cases.js';
import { fromNothing } from '../../../support/optimizer-oracle.js';
import { samples } from '../../../support/sample-size.js';

/** Beside padding to fours, and large enough for the library. */
const shape = { rows: 30, hidden: 27, cols: 35 };

/** Everything that multiplies matrices, on so many networks, with steps of rate 0 between others. */
async function products(backend: Backend, networks: number): Promise<Float64Array> {
  const rates = [0.004, 0, 0.002, ...new Array<number>(20).fill(0.003)];
  const batch = networkBatch(shape, networks, 1, 0.2);
  const descended = await backend.descendNetworks(batch, rates);
  const moments = await backend.perturbationMoments(perturbedNetworks(shape, 3, 3), noiseBatch(shape, 5, 4));
  const optimized = await Promise.all(
    ['adam', 'muon'].map((name) => {
      const optimizer = optimizerNamed(name);
      return backend.optimizeNetworks(fromNothing(batch, optimizer.moments), { optimizer, rates });
    }),
  );
  await backend.dispose();
  const parts = [descended, ...optimized].flatMap(({ first, second }) => [first, second]);
  return Float64Array.from([moments, ...parts].flatMap((part) => Array.from(part)));
}

describe('products by a BLAS library', () => {
  test.skipIf(missingDevices.has('blas'))('are those of the reference backend', async () => {
    // No multiple of the threads; more of them only in a thorough run, since the reference is slow.
    const networks = Math.min(7, samples(3));
    const expected = await products(new ReferenceBackend(), networks);
    for (const [precision, tolerance] of [
      ['f64', 1e-11],
      // Adam divides by small numbers, and Muon iterates: single precision loses three digits there.
      ['f32', 1e-3],
    ] as const) {
      const actual = await products(await SimdBackend.open(precision, 2, 'blas'), networks);
      expect(actual.length).toBe(expected.length);
      const errors = actual.map(
        (value, index) => Math.abs(value - expected[index]!) / Math.max(1, Math.abs(expected[index]!)),
      );
      // One expectation for tens of thousands of numbers; NaN fails it.
      const worst = errors.reduce((most, error) => Math.max(most, error), 0);
      expect(worst).toBeLessThan(tolerance);
      // They are not our own: another order of sums.
      expect(actual).not.toEqual(await products(await SimdBackend.open(precision, 2), networks));
    }
  });

  test.skipIf(missingDevices.has('blas'))('do not depend on the number of threads, bit for bit', async () => {
    const alone = await products(await SimdBackend.open('f32', 1, 'blas'), 7);
    expect(await products(await SimdBackend.open('f32', 3, 'blas'), 7)).toEqual(alone);
  });
});

describe('a library that is not there', () => {
  afterEach(() => vi.unstubAllEnvs());

  test.skipIf(missingDevices.has('blas'))('is told by name, with what to do', async () => {
    vi.stubEnv('OVERTRAIN_BLAS', '/nowhere/libblas.so');
    const error = await loadBlas('f32').catch((error: unknown) => error);
    expect(error).toBeInstanceOf(MissingDevice);
    expect((error as MissingDevice).message).toBe('no BLAS library was found under the name /nowhere/libblas.so');
    expect((error as MissingDevice).remedy).toContain('OVERTRAIN_BLAS');
  });

  test.skipIf(missingDevices.has('blas'))('is not taken for one that has other functions', async () => {
    vi.stubEnv('OVERTRAIN_BLAS', process.platform === 'linux' ? 'libc.so.6' : process.execPath);
    await expect(loadBlas('f32')).rejects.toThrow('no BLAS library was found');
  });
});
