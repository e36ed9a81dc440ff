import { describe, expect, test } from 'vitest';
import { SimdBackend } from '../../../src/sim/backends/simd-backend.js';
import { optimizerNamed } from '../../../src/sim/optimizers/optimizer-list.js';
import { modeBatch, networkBatch, noiseBatch, perturbedNetworks } from '../../support/network-cases.js';
import { fromNothing } from '../../support/optimizer-oracle.js';

const shape = { rows: 9, hidden: 6, cols: 7 };

/** Everything that the backend can do, on so many items that each of several threads gets some. */
async function everything(threads: number, precision: 'f32' | 'f64') {
  const backend = await SimdBackend.open(precision, threads);
  expect(backend.device).toContain(`${threads} thread`);
  const rates = Array.from({ length: 300 }, (_, step) => 0.01 * (1 + 0.5 * Math.sin(step)));
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
    const backend = await SimdBackend.open('f32', 1);
    const endless = backend.descendModes(modeBatch(1, 4, 10), new Array<number>(5_000_000).fill(1e-9));
    const refused = expect(endless).rejects.toThrow('disposed of');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await backend.dispose();
    await refused;
    await expect(backend.descendModes(modeBatch(1, 4, 10), [0.1])).rejects.toThrow('disposed of');
  });

  test('leaves the thread that asks free while it computes', async () => {
    const backend = await SimdBackend.open('f32', 1);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    await backend.descendNetworks(
      networkBatch({ rows: 32, hidden: 32, cols: 32 }, 64, 11),
      new Array<number>(1500).fill(1e-4),
    );
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
    await backend.dispose();
  });
});
