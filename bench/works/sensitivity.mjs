// c) Monte Carlo sensitivity of one network, with the noise drawn anew: d = 64, 4,096 replicates.
import { estimateExcess } from '../../dist/sim/noise/excess.js';
import { NoiseReplicates } from '../../dist/sim/noise/noise-replicates.js';
import { FloatFiles } from '../float-files.mjs';

const DIM = 64;
const REPLICATES = 4096;
const GAMMA = 0.05;

export function sensitivity(backend, peers, files = new FloatFiles('sensitivity')) {
  const size = DIM * DIM;
  const [first, second, target] = ['first', 'second', 'target'].map((name) => files.random(name, size, 0.1));
  const shape = { rows: DIM, hidden: DIM, cols: DIM };
  const residual = Float64Array.from(target, (value, index) => {
    const [row, column] = [Math.floor(index / DIM), index % DIM];
    let sum = -value;
    for (let k = 0; k < DIM; k++) sum += first[row * DIM + k] * second[k * DIM + column];
    return sum;
  });
  const network = { shape, count: 1, layers: { first, second }, residual };
  let seed = 0;
  let result;
  return {
    work: `sensitivity d=${DIM}, ${REPLICATES} replicates`,
    unit: '1e6 normals/s',
    amount: (2 * size * REPLICATES) / 1e6,
    ours: async () => {
      const start = performance.now();
      // A new seed each time, or the noise would only be looked up.
      const noise = new NoiseReplicates(shape, REPLICATES, seed++);
      [result] = await estimateExcess(backend, network, noise, [GAMMA]);
      return (performance.now() - start) / 1000;
    },
    peers: peers
      .filter(({ kind }) => kind === 'numpy')
      .map((peer) => ({
        peer,
        run: () =>
          peer.seconds({
            work: 'sensitivity',
            dim: DIM,
            replicates: REPLICATES,
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
