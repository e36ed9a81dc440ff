// c) Monte Carlo sensitivity of one network, with the noise drawn anew: d = 64, 4,096 replicates.
import { estimateExcess, NoiseReplicates } from '../../dist/sim/noise/excess.js';
import { FloatFiles } from '../float-files.mjs';

const DIM = 64;
const REPLICATES = 4096;
const GAMMA = 0.05;

export function sensitivity(backend, peers, dim = DIM, replicates = REPLICATES, files = new FloatFiles('sensitivity')) {
  const size = dim * dim;
  const [first, second, target] = ['first', 'second', 'target'].map((name) => files.random(name, size, 0.1));
  const shape = { rows: dim, hidden: dim, cols: dim };
  const residual = Float64Array.from(target, (value, index) => {
    const [row, column] = [Math.floor(index / dim), index % dim];
    let sum = -value;
    for (let k = 0; k < dim; k++) sum += first[row * dim + k] * second[k * dim + column];
    return sum;
  });
  const network = { shape, count: 1, layers: { first, second }, residual };
  let seed = 0;
  let result;
  return {
    work: `sensitivity d=${dim}, ${replicates} replicates`,
    unit: '1e6 normals/s',
    amount: (2 * size * replicates) / 1e6,
    // One product for each draw; the noise can be made where it is used.
    minimum: { flops: 2 * dim * size * replicates, bytes: 4 * 3 * size },
    async exactly(exact) {
      const noise = new NoiseReplicates(shape, replicates, seed - 1);
      const [{ mean }] = await estimateExcess(exact, network, noise, [GAMMA]);
      return { difference: Math.abs(mean - result.mean) / Math.abs(mean), allowed: 1e-4 };
    },
    ours: async () => {
      const start = performance.now();
      // A new seed each time, or the noise would only be looked up.
      const noise = new NoiseReplicates(shape, replicates, seed++);
      [result] = await estimateExcess(backend, network, noise, [GAMMA]);
      return (performance.now() - start) / 1000;
    },
    peers: peers
      .filter(({ works }) => works.includes('sensitivity'))
      .map((peer) => ({
        peer,
        run: () =>
          peer.seconds({
            work: 'sensitivity',
            dim,
            replicates,
            gamma: GAMMA,
            seed: 1,
            first: files.path('first'),
            second: files.path('second'),
            target: files.path('target'),
            out: files.path(peer.kind),
          }),
        agrees: () => {
          const [mean, error] = files.read(peer.kind);
          return Math.abs(mean - result.mean) < 6 * Math.hypot(error, result.standardError);
        },
      })),
    done: () => files.remove(),
  };
}
