// a) Batched gradient descent of two-layer networks, 200 chained steps in float32.
import { FloatFiles, largest } from '../float-files.mjs';

const STEPS = 200;
const RATE = 1e-3;

export const sizes = [
  [8, 4096],
  [16, 1024],
  [32, 256],
  [64, 64],
  [128, 16],
  [256, 4],
];

/** How far two results may lie apart: weights are of size 0.3 or less. */
const ALLOWED = 1e-4 * 0.3;

/** Networks that are compared with float64. */
const COMPARED = 2;

/** Contestants for one size; each makes the same steps from the same weights and leaves its W1. */
export function descent(backend, peers, [dim, count], steps = STEPS, files = new FloatFiles('descent')) {
  const length = count * dim * dim;
  const batch = {
    shape: { rows: dim, hidden: dim, cols: dim },
    count,
    first: files.random('first', length, 0.3 / Math.sqrt(dim)),
    second: files.random('second', length, 0.3 / Math.sqrt(dim)),
    target: files.random('target', length, 1 / Math.sqrt(dim)),
    rateScale: new Float64Array(count).fill(1),
  };
  const ratesOf = (made) => new Array(made).fill(RATE);
  let result;
  const ours = async (made = steps) => {
    const rates = ratesOf(made);
    const start = performance.now();
    result = (await backend.descendNetworks(batch, rates)).first;
    return (performance.now() - start) / 1000;
  };
  const fewest = Math.min(count, COMPARED);
  const few = {
    ...batch,
    count: fewest,
    ...Object.fromEntries(
      ['first', 'second', 'target'].map((name) => [name, batch[name].subarray(0, fewest * dim * dim)]),
    ),
  };
  return {
    work: `gd d=${dim} B=${count}`,
    unit: 'GFLOP/s',
    amount: (6 * dim ** 3 * count * steps) / 1e9,
    // Each step reads both layers and the target and writes both layers, unless a cache holds them all.
    minimum: { flops: 6 * dim ** 3 * count * steps, bytes: 4 * 5 * length * steps },
    steps,
    ours,
    async exactly(exact) {
      const { first } = await exact.descendNetworks(few, ratesOf(steps));
      return { difference: largest(first, (value, index) => Math.abs(value - result[index])), allowed: ALLOWED };
    },
    peers: peers.map((peer) => ({
      peer,
      run: () =>
        peer.seconds({
          work: 'descent',
          dim,
          count,
          steps,
          rate: RATE,
          first: files.path('first'),
          second: files.path('second'),
          target: files.path('target'),
          out: files.path(peer.kind),
        }),
      agrees: () => files.largestDifference(peer.kind, result) < ALLOWED,
    })),
    done: () => files.remove(),
  };
}
