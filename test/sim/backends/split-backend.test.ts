import { describe, expect, test, vi } from 'vitest';
import { ranges } from '../../../src/sim/backends/ensembles.js';
import { itemsPerLaunch, splitting, stepsPerLaunch } from '../../../src/sim/backends/gpu-js/launches.js';
import { ReferenceBackend } from '../../../src/sim/backends/reference-backend.js';
import { optimizerNamed } from '../../../src/sim/training/optimizers.js';
import { modeBatch, networkBatch, noiseBatch, perturbedNetworks, uniform } from '../../support/network-cases.js';
import { fromNothing } from '../../support/optimizer-oracle.js';
import { seededRandom } from '../../support/random-matrices.js';

const shape = { rows: 3, hidden: 2, cols: 4 };
const rates = [0.1, 0.05, 0.02];

/** Largest matrix of the shape: 12 entries; 15 sums per draw. */
const LIMITS = [
  { matrices: 1, entries: 1000 },
  { matrices: 2, entries: 1000 },
  { matrices: 1000, entries: 12 },
  { matrices: 1000, entries: 31 },
  { matrices: 5, entries: 75 },
  { matrices: 7 * 64, entries: 64 * 16 * 3 },
] as const;

describe.each(LIMITS)('a device that holds %o', (limits) => {
  test('gives what one without limits gives, and never gets more than it holds', async () => {
    const whole = new ReferenceBackend();
    const descend = vi.spyOn(whole, 'descendNetworks');
    const perturb = vi.spyOn(whole, 'perturbationMoments');
    const parts = splitting(whole, limits);
    const fits = (batch: { count: number }, entries: number) =>
      batch.count === 1 || (batch.count <= limits.matrices && batch.count * entries <= limits.entries);

    const batch = networkBatch(shape, 7, 1);
    const together = await new ReferenceBackend().descendNetworks(batch, rates);
    expect(await parts.descendNetworks(batch, rates)).toEqual(together);
    expect(descend.mock.calls.every(([part]) => fits(part, 12))).toBe(true);

    const adam = { optimizer: optimizerNamed('adam'), rates };
    const inputs = uniform(3 * 7 * 16, 1, seededRandom(2));
    const networks = { ...fromNothing(batch, 2), taken: 4 };
    for (const run of [adam, { ...adam, inputs }]) {
      expect(await parts.optimizeNetworks(networks, run)).toEqual(
        await new ReferenceBackend().optimizeNetworks(networks, run),
      );
    }

    const noise = noiseBatch(shape, 5, 3);
    const dense = perturbedNetworks(shape, 3, 4);
    const factors = uniform(3 * 2, 1, seededRandom(5));
    for (const perturbed of [dense, { ...dense, layers: { modes: 2, factors } }]) {
      expect(await parts.perturbationMoments(perturbed, noise)).toEqual(
        await new ReferenceBackend().perturbationMoments(perturbed, noise),
      );
    }
    for (const [part, { replicates }] of perturb.mock.calls) {
      expect(fits({ count: part.count * replicates }, 15)).toBe(true);
    }

    const modes = modeBatch(3, 2, 6);
    expect(await parts.descendModes(modes, rates)).toEqual(await new ReferenceBackend().descendModes(modes, rates));
    expect(parts).toMatchObject({ name: whole.name, precision: whole.precision, device: whole.device });
    await parts.dispose();
  });
});

test('items are covered by ranges once, and one item always goes', () => {
  expect([...ranges(7, 3)]).toEqual([
    { from: 0, to: 3 },
    { from: 3, to: 6 },
    { from: 6, to: 7 },
  ]);
  expect(itemsPerLaunch({ matrices: 10, entries: 100 }, 1000)).toBe(1);
  expect(itemsPerLaunch({ matrices: 10, entries: 100 }, 20, 4)).toBe(2);
  expect(stepsPerLaunch(5e9)).toBe(100);
});
