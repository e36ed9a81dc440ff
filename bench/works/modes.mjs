// b) A million scalar modes, 1,000 steps each.
import { FloatFiles } from '../float-files.mjs';

const COUNT = 1_000_000;
const STEPS = 1000;
const RATE = 1e-3;

export function modes(backend, peers, files = new FloatFiles('modes')) {
  const factors = files.random('factors', COUNT, 0.5).map(Math.abs);
  files.write('factors', factors);
  const sigmas = files.random('sigmas', COUNT, 1).map(Math.abs);
  files.write('sigmas', sigmas);
  const batch = { count: 1, modes: COUNT, factors, sigmas, rateScale: Float64Array.of(1) };
  const rates = new Array(STEPS).fill(RATE);
  let result;
  return {
    work: 'modes 1e6 x 1000 steps',
    unit: '1e9 mode-steps/s',
    amount: (COUNT * STEPS) / 1e9,
    ours: async () => {
      const start = performance.now();
      result = await backend.descendModes(batch, rates);
      return (performance.now() - start) / 1000;
    },
    peers: peers
      .filter(({ kind }) => kind === 'numpy')
      .map((peer) => ({
        peer,
        run: () =>
          peer.seconds({
            work: 'modes',
            count: COUNT,
            steps: STEPS,
            rate: RATE,
            factors: files.path('factors'),
            sigmas: files.path('sigmas'),
            out: files.path(peer.kind),
          }),
        agrees: () => files.largestDifference(peer.kind, result) < 1e-4,
      })),
    done: () => files.remove(),
  };
}
