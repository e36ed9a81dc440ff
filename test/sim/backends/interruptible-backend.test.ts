import { describe, expect, it } from 'vitest';
import { interruptible } from '../../../src/sim/backends/interruptible-backend.js';
import { ReferenceBackend } from '../../../src/sim/backends/reference-backend.js';

const batch = {
  count: 1,
  modes: 1,
  factors: Float64Array.of(0.5),
  sigmas: Float64Array.of(1),
  rateScale: Float64Array.of(1),
};

describe('a backend that can be interrupted', () => {
  it('gives the numbers of the backend inside, under its name', async () => {
    const inside = new ReferenceBackend();
    const backend = interruptible(inside, undefined);
    expect({ ...backend }).toMatchObject({
      name: inside.name,
      precision: inside.precision,
      device: inside.device,
    });
    // D − 2ηD(D² − σ) = 0.5 + 2 · 0.25 · 0.5 · 0.75
    expect(await backend.descendModes(batch, [0.25])).toEqual(Float64Array.of(0.6875));
  });

  it('computes nothing more once the signal is aborted', async () => {
    const controller = new AbortController();
    const backend = interruptible(new ReferenceBackend(), controller.signal);
    controller.abort();
    await expect(backend.descendModes(batch, [0.25])).rejects.toMatchObject({ name: 'AbortError' });
  });
});
