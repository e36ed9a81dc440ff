// b) A million scalar modes, 1,000 steps each.
import { FloatFiles, largest } from '../float-files.mjs';

const COUNT = 1_000_000;
const STEPS = 1000;
const RATE = 1e-3;

const ALLOWED = 1e-4;

/** Modes that are compared with float64. */
const COMPARED = 100_000;

export function modes(backend, peers, count = COUNT, steps = STEPS, files = new FloatFiles('modes')) {
  const factors = files.random('factors', count, 0.5).map(Math.abs);
  files.write('factors', factors);
  const sigmas = files.random('sigmas', count, 1).map(Math.abs);
  files.write('sigmas', sigmas);
  const batch = { count: 1, modes: count, factors, sigmas, rateScale: Float64Array.of(1) };
  const ratesOf = (made) => new Array(made).fill(RATE);
  const fewest = Math.min(count, COMPARED);
  const few = { ...batch, modes: fewest, factors: factors.subarray(0, fewest), sigmas: sigmas.subarray(0, fewest) };
  let result;
  return {
    work: `modes ${count.toExponential().replace('+', '')} x ${steps} steps`,
    unit: '1e9 mode-steps/s',
    amount: (count * steps) / 1e9,
    // Three operations make a step, and the factors stay where they are for all of them.
    minimum: { flops: 3 * count * steps, bytes: 4 * 3 * count },
    steps,
    async exactly(exact) {
      const values = await exact.descendModes(few, ratesOf(steps));
      return { difference: largest(values, (value, index) => Math.abs(value - result[index])), allowed: ALLOWED };
    },
    ours: async (made = steps) => {
      const rates = ratesOf(made);
      const start = performance.now();
      result = await backend.descendModes(batch, rates);
      return (performance.now() - start) / 1000;
    },
    peers: peers
      .filter(({ works }) => works.includes('modes'))
      .map((peer) => ({
        peer,
        run: () =>
          peer.seconds({
            work: 'modes',
            count,
            steps,
            rate: RATE,
            factors: files.path('factors'),
            sigmas: files.path('sigmas'),
            out: files.path(peer.kind),
          }),
        agrees: () => files.largestDifference(peer.kind, result) < ALLOWED,
      })),
    done: () => files.remove(),
  };
}
