import type { ModeBatch, NetworkBatch, Weights } from '../backend.js';
import { inParts } from '../ensembles.js';
import { padded } from './arena.js';
import { runOn, type SimdSession } from './job.js';

/** Modes in one group of the kernel: eight vectors. */
const GROUP_BYTES = 128;

/** The scalar recurrence of all modes, see `Backend.descendModes`. */
export async function descendModesOn(
  session: SimdSession,
  batch: ModeBatch,
  rates: readonly number[],
): Promise<Float64Array> {
  const { arena } = session;
  arena.clear();
  const groupSize = GROUP_BYTES / arena.bytes;
  const groups = Math.ceil(batch.factors.length / groupSize);
  const put = (values: Float64Array) => {
    const address = arena.reserve(groups * GROUP_BYTES);
    arena
      .numbers(address, groups * groupSize)
      .fill(0, values.length)
      .set(values);
    return address;
  };
  const factors = put(batch.factors);
  const sigmas = put(batch.sigmas);
  const scales = put(batch.factors.map((_, index) => batch.rateScale[Math.floor(index / batch.modes)]!));
  // Equal rates in a row are one loop of the kernel.
  const starts: number[] = [];
  rates.forEach((rate, step) => {
    if (rate !== rates[step - 1]) starts.push(step);
  });
  const lengths = starts.map((start, run) => (starts[run + 1] ?? rates.length) - start);
  const runRates = arena.put(starts.map((start) => rates[start]!));
  await runOn(session, {
    kernel: 'descendModes',
    numbers: [factors, sigmas, scales, runRates, arena.put(lengths, 'i32'), starts.length],
    items: groups,
    workPerItem: groupSize * rates.length,
    scratchBytes: 2 * GROUP_BYTES,
  });
  return new Float64Array(arena.numbers(factors, batch.factors.length));
}

/** Bytes of networks that are in the shared memory at the same time; larger ensembles go through in parts. */
const PART_BYTES = 256 * 2 ** 20;

/** Gradient descent of an ensemble, see `Backend.descendNetworks`. */
export async function descendNetworksOn(
  session: SimdSession,
  batch: NetworkBatch,
  rates: readonly number[],
): Promise<Weights> {
  const { arena } = session;
  const { rows, hidden, cols } = batch.shape;
  const [p, h, q] = [padded(rows), padded(hidden), padded(cols)];
  const most = Math.max(1, Math.floor(PART_BYTES / (arena.bytes * (p * h + h * q + p * q))));
  return inParts(batch, most, async (part) => {
    arena.clear();
    const layers = arena.putLayers(part, part.count, part.shape);
    const target = arena.putMatrices(part.target, part.count, rows, cols);
    const [scales, pace] = [arena.put(part.rateScale), arena.put(rates)];
    await runOn(session, {
      kernel: 'descendNetworks',
      numbers: [layers.first, layers.second, target, scales, pace, rates.length, p, h, q],
      items: part.count,
      workPerItem: 6 * p * h * q * rates.length,
      scratchBytes: arena.bytes * (p * q + q * h),
    });
    return arena.takeLayers(layers, part.count, part.shape);
  });
}
