// a) Batched gradient descent of two-layer networks, 200 chained steps in float32.
import { FloatFiles } from '../float-files.mjs';

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

/** Contestants for one size; each makes the same steps from the same weights and leaves its W1. */
export function descent(backend, peers, [dim, count], files = new FloatFiles('descent')) {
  const length = count * dim * dim;
  const batch = {
    shape: { rows: dim, hidden: dim, cols: dim },
    count,
    first: files.random('first', length, 0.3 / Math.sqrt(dim)),
    second: files.random('second', length, 0.3 / Math.sqrt(dim)),
    target: files.random('target', length, 1 / Math.sqrt(dim)),
    rateScale: new Float64Array(count).fill(1),
  };
  const rates = new Array(STEPS).fill(RATE);
  let result;
  const ours = async () => {
    const start = performance.now();
    result = (await backend.descendNetworks(batch, rates)).first;
    return (performance.now() - start) / 1000;
  };
  return {
    work: `gd d=${dim} B=${count}`,
    unit: 'GFLOP/s',
    amount: (6 * dim ** 3 * count * STEPS) / 1e9,
    ours,
    peers: peers.map((peer) => ({
      peer,
      run: () =>
        peer.seconds({
          work: 'descent',
          dim,
          count,
          steps: STEPS,
          rate: RATE,
          first: files.path('first'),
          second: files.path('second'),
          target: files.path('target'),
          out: files.path(peer.kind),
        }),
      agrees: () => files.largestDifference(peer.kind, result) < 1e-4 * 0.3,
    })),
    done: () => files.remove(),
  };
}
