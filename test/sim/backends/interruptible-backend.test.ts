import { describe, expect, it } from 'vitest';
import { ReferenceBackend } from '../../../src/sim/backends/reference-backend.js';
import { interruptible } from '../../../src/sim/backends/watched-backend.js';
import { eventLoopTurns } from '../../../src/sim/scenario/event-loop.js';
import { gradientDescent } from '../../../src/sim/training/optimizers.js';

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
    const backend = interruptible(inside, eventLoopTurns(undefined));
    expect({ ...backend }).toMatchObject({ name: inside.name, precision: inside.precision, device: inside.device });
    // D − 2ηD(D² − σ) = 0.5 + 2 · 0.25 · 0.5 · 0.75
    expect(await backend.descendModes(batch, [0.25])).toEqual(Float64Array.of(0.6875));
  });

  it('computes nothing more once the signal is aborted', async () => {
    const controller = new AbortController();
    const backend = interruptible(new ReferenceBackend(), eventLoopTurns(controller.signal));
    controller.abort();
    await expect(backend.descendModes(batch, [0.25])).rejects.toMatchObject({ name: 'AbortError' });
  });
});

it('counts steps, each network on its own', async () => {
  const work = { networkSteps: 0 };
  const backend = interruptible(new ReferenceBackend(), async () => {}, work);
  const modes = {
    count: 3,
    modes: 1,
    factors: Float64Array.of(0.1, 0.2, 0.3),
    sigmas: Float64Array.of(1, 1, 1),
    rateScale: Float64Array.of(1, 1, 1),
  };
  await backend.descendModes(modes, [0.1, 0.1, 0.1, 0.1]);
  expect(work.networkSteps).toBe(12);
  const shape = { rows: 1, hidden: 1, cols: 1 };
  const two = Float64Array.of(0.5, 0.5);
  const networks = { shape, count: 2, first: two, second: two, target: two, rateScale: two };
  await backend.descendNetworks(networks, [0.1]);
  const optimizer = { ...gradientDescent };
  await backend.optimizeNetworks({ ...networks, moments: [], taken: 0 }, { optimizer, rates: [0.1, 0.1] });
  expect(work.networkSteps).toBe(12 + 2 + 4);
});
