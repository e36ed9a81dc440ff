import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { describe, expect, test, vi } from 'vitest';
import type { ModeBatch } from '../../../src/sim/backends/backend.js';
import { ReferenceBackend } from '../../../src/sim/backends/reference-backend.js';
import { SimdBackend } from '../../../src/sim/backends/simd-backend.js';
import { NoiseReplicates } from '../../../src/sim/noise/excess.js';
import { optimizerNamed } from '../../../src/sim/training/optimizers.js';
import { modeBatch, networkBatch, noiseBatch, perturbedNetworks } from '../../support/network-cases.js';
import { fromNothing } from '../../support/optimizer-oracle.js';

const shape = { rows: 9, hidden: 6, cols: 7 };

/** Everything that the backend can do, on so many items that each of several threads gets some. */
async function everything(threads: number, precision: 'f32' | 'f64') {
  const backend = await SimdBackend.open(precision, threads);
  expect(backend.device).toContain(`${threads} thread`);
  const rates = Array.from({ length: 600 }, (_, step) => 0.01 * (1 + 0.5 * Math.sin(step)));
  const batch = networkBatch(shape, 40, 1);
  const adam = optimizerNamed('adam');
  const results = [
    await backend.descendNetworks(batch, rates),
    await backend.descendModes(modeBatch(50, 30, 2), rates),
    await backend.perturbationMoments(perturbedNetworks(shape, 3, 3), noiseBatch(shape, 40, 4)),
    await backend.optimizeNetworks(fromNothing(batch, 2), { optimizer: adam, rates: rates.slice(0, 20) }),
  ];
  await backend.dispose();
  return results;
}

describe('simd', () => {
  test.each(['f32', 'f64'] as const)(
    'gives the same numbers with any number of threads, bit for bit, %s',
    async (precision) => {
      const alone = await everything(1, precision);
      for (const threads of [2, 5]) expect(await everything(threads, precision)).toEqual(alone);
    },
  );

  test('keeps the noise of a study and takes up another', async () => {
    const backend = await SimdBackend.open('f64', 1);
    const networks = perturbedNetworks(shape, 2, 5);
    const [one, other] = [noiseBatch(shape, 3, 6), noiseBatch(shape, 5, 7)];
    const first = await backend.perturbationMoments(networks, one);
    const batch = networkBatch(shape, 3, 8);
    const descended = await backend.descendNetworks(batch, [0.1, 0.2]);
    const second = await backend.perturbationMoments(networks, other);
    expect(second.length).toBe(2 * 5 * 5);
    expect(await backend.perturbationMoments(networks, one)).toEqual(first);
    expect(await backend.descendNetworks(batch, [0.1, 0.2])).toEqual(descended);
    await backend.dispose();
  });

  test('serves calls that overlap one after the other', async () => {
    const backend = await SimdBackend.open('f32', 2);
    const batch = networkBatch(shape, 20, 9);
    const [one, two] = await Promise.all([
      backend.descendNetworks(batch, [0.1]),
      backend.descendNetworks(batch, [0.2]),
    ]);
    expect(await backend.descendNetworks(batch, [0.1])).toEqual(one);
    expect(await backend.descendNetworks(batch, [0.2])).toEqual(two);
    await backend.dispose();
  });

  test('ends in the middle of a job when it is disposed of, and refuses to go on', async () => {
    const exits: Promise<unknown>[] = [];
    let begins: Promise<unknown> | undefined;
    const watch = (thread: Worker) => {
      exits.push(once(thread, 'exit'));
      begins = once(thread, 'online');
    };
    process.on('worker', watch);
    const backend = await SimdBackend.open('f32', 1);
    const endless = backend.descendModes(modeBatch(1, 4, 10), new Array<number>(5_000_000).fill(1e-9));
    const refused = expect(endless).rejects.toThrow('disposed of');
    await begins;
    await backend.dispose();
    await refused;
    process.off('worker', watch);
    // A thread that lives on keeps this waiting until the test times out.
    expect(exits.length).toBe(1);
    await Promise.all(exits);
    await expect(backend.descendModes(modeBatch(1, 4, 10), [0.1])).rejects.toThrow('disposed of');
  });

  test('leaves the thread that asks free while it computes', async () => {
    const backend = await SimdBackend.open('f32', 1);
    let turns = 0;
    let isComputing = true;
    const count = () => {
      turns++;
      if (isComputing) setImmediate(count);
    };
    count();
    await backend.descendNetworks(
      networkBatch({ rows: 32, hidden: 32, cols: 32 }, 64, 11),
      new Array<number>(300).fill(1e-4),
    );
    isComputing = false;
    expect(turns).toBeGreaterThan(100);
    await backend.dispose();
  });

  test('does small jobs at once, without threads, and large ones itself where it is given no threads', async () => {
    const started = vi.fn();
    process.on('worker', started);
    const backend = await SimdBackend.open('f64', 2);
    const small = networkBatch(shape, 2, 21);
    await backend.descendNetworks(small, [0.1]);
    expect(started).not.toHaveBeenCalled();
    const alone = await SimdBackend.open('f64', 0);
    const large = networkBatch(shape, 60, 22);
    const rates = new Array<number>(4000).fill(0.01);
    expect(await alone.descendNetworks(large, rates)).toEqual(await backend.descendNetworks(large, rates));
    expect(started).toHaveBeenCalledTimes(2);
    process.off('worker', started);
    await backend.dispose();
    await alone.dispose();
  });

  // Few steps at one rate and many go different ways.
  test.each([
    ['f64', 1e-13],
    ['f32', 1e-5],
  ] as const)(
    'follows the recurrence through runs of any length, and leaves what stands still, %s',
    async (precision, tolerance) => {
      const modes = 37;
      const batch: ModeBatch = {
        count: 3,
        modes,
        factors: Float64Array.from({ length: 3 * modes }, (_, index) => 0.01 + index / 60),
        sigmas: Float64Array.from({ length: 3 * modes }, (_, index) => (index * 7) % 5),
        rateScale: Float64Array.of(1, 0, 0.25),
      };
      const rates = [15, 16, 1, 0, 100].flatMap((steps, run) => new Array<number>(steps).fill(0.01 + run / 100));
      rates.push(...new Array<number>(20).fill(0), 0.02);
      const backend = await SimdBackend.open(precision, 2);
      const [descended, expected] = [
        await backend.descendModes(batch, rates),
        await new ReferenceBackend().descendModes(batch, rates),
      ];
      descended.forEach((value, index) => {
        expect(Math.abs(value - expected[index]!)).toBeLessThan(tolerance * Math.max(1, expected[index]!));
      });
      const still = batch.factors.subarray(modes, 2 * modes);
      expect(descended.subarray(modes, 2 * modes)).toEqual(precision === 'f64' ? still : still.map(Math.fround));
      await backend.dispose();
    },
  );

  test.each([
    // Beyond 2^32 in the key and across 2^32 in the stream, where words carry over.
    ['f64', 2 ** 40 + 77, 2 ** 32 - 2, 1e-11],
    ['f64', 1, 0, 1e-11],
    ['f32', 5, 3, 1e-5],
  ] as const)(
    'draws the noise of the host, %s with seed %d from stream %d',
    async (precision, seed, from, tolerance) => {
      const backend = await SimdBackend.open(precision, 2);
      const networks = perturbedNetworks(shape, 2, 12);
      const [drawn] = [...new NoiseReplicates(shape, 6, seed, undefined, from).batches()];
      const onThreads = await backend.perturbationMoments(networks, drawn!);
      const { replicates, first, second } = drawn!;
      const onHost = await backend.perturbationMoments(networks, { replicates, first, second });
      const size = Math.max(...onHost.map(Math.abs));
      onThreads.forEach((value, index) => {
        expect(Math.abs(value - onHost[index]!)).toBeLessThan(tolerance * size);
      });
      // Another stream has other noise altogether.
      const [other] = [...new NoiseReplicates(shape, 6, seed, undefined, from + 6).batches()];
      const others = await backend.perturbationMoments(networks, other!);
      expect(Math.abs(others[0]! - onHost[0]!)).toBeGreaterThan(1e-3 * size);
      await backend.dispose();
    },
  );
});
