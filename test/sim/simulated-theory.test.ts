import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { ReferenceBackend } from '../../src/sim/backends/reference-backend.js';
import { estimateExcess, NoiseReplicates } from '../../src/sim/noise/excess.js';
import type { Checkpoint } from '../../src/sim/training/record-training.js';
import { adaptivePlan } from '../../src/sim/training/training-plan.js';
import type { Problem } from '../../src/theory/problem.js';
import { gridInflection } from '../../src/theory/search.js';
import { norm, product } from '../support/float-oracle.js';
import { networkBatch } from '../support/network-cases.js';
import { logUniform, risingProblem } from '../support/problem-arbitraries.js';
import { samples } from '../support/sample-size.js';
import { train } from '../support/training.js';

/** Problems whose modes all start below their σ, and times from before the first is learned to after the last but one. */
const cases = fc.record({
  problem: risingProblem(3, 8),
  engine: fc.constantFrom('modes' as const, 'matrix' as const),
  seed: fc.nat(1e6),
});

/** `q‖W1‖² + p‖W2‖²`: the part of the sensitivity that training moves, as a share of γ². */
function sensitivityOf({ rows, cols }: Problem, { squaredNorms: [first, second] }: Checkpoint): number {
  return cols * first + rows * second;
}

/** Trains in float64 with steps so fine that no mode overshoots. */
async function trained({ problem, engine, seed }: { problem: Problem; engine: 'modes' | 'matrix'; seed: number }) {
  const slowest = problem.modes.filter(({ sigma }) => sigma > problem.spectrum[0]! / 20).at(-1)!;
  const end = (problem.tau + 3) / slowest.sigma;
  const times = Array.from({ length: 12 }, (_, at) => (end * (at + 1)) / 12);
  return { times, checkpoints: await train(problem, adaptivePlan(problem, times, 0.1), engine, { seed }) };
}

describe('the theory of noise, on simulated networks', () => {
  test.prop([cases], { numRuns: samples(17) })('sensitivity grows with training length (T2 ii)', async (drawn) => {
    const { checkpoints } = await trained(drawn);
    const values = checkpoints.map((checkpoint) => sensitivityOf(drawn.problem, checkpoint));
    values.slice(1).forEach((value, at) => {
      // Where nothing is left to learn only float64 rounding moves it, by some thousand steps of 2⁻⁵³ at most.
      expect(value).toBeGreaterThan(values[at]! * (1 - 1e-12));
    });
    expect(values.at(-1)).toBeGreaterThan(values[0]!);
  });

  test.prop([cases, fc.array(logUniform(1e-3, 1), { minLength: 2, maxLength: 5 })], { numRuns: samples(17) })(
    'the inflection comes no later for louder noise (T3 c)',
    async (drawn, unsorted) => {
      const { times, checkpoints } = await trained(drawn);
      const { rows, hidden, cols } = drawn.problem;
      const inflections = unsorted
        .sort((a, b) => a - b)
        .map((gamma) => {
          const curve = checkpoints.map(
            (checkpoint) =>
              checkpoint.loss +
              gamma ** 2 * sensitivityOf(drawn.problem, checkpoint) +
              gamma ** 4 * rows * hidden * cols,
          );
          return { curve, at: gridInflection(times, curve)?.index ?? times.length - 1 };
        });
      inflections.slice(1).forEach(({ curve, at }, index) => {
        const softer = inflections[index]!;
        if (at <= softer.at) return;
        // Only where both curves are flat between the two minima, to within float64 rounding of the whole.
        const flat = (values: readonly number[]) => Math.abs(values[at]! - values[softer.at]!) / values[at]!;
        expect(Math.max(flat(curve), flat(softer.curve))).toBeLessThan(1e-12);
      });
    },
  );

  const weights = fc.record({
    rows: fc.integer({ min: 1, max: 4 }),
    hidden: fc.integer({ min: 1, max: 4 }),
    cols: fc.integer({ min: 1, max: 4 }),
    seed: fc.nat(1e6),
    gamma: logUniform(0.01, 0.5),
  });
  // The seed is fixed: of a thousand random verdicts at five standard errors one would be wrong now and then.
  test.prop([weights], { numRuns: samples(20), seed: 20 })(
    'the mean excess is γ²(q‖W1‖² + p‖W2‖²) + γ⁴phq for any weights (T1)',
    async ({ rows, hidden, cols, seed, gamma }) => {
      const shape = { rows, hidden, cols };
      const { first, second, target } = networkBatch(shape, 1, seed);
      const network = product(first, second, rows, hidden, cols);
      const residual = network.map((value, index) => value - target[index]!);
      const perturbed = { shape, count: 1, layers: { first, second }, residual };
      const noise = new NoiseReplicates(shape, 2000, seed);
      const [estimate] = await estimateExcess(new ReferenceBackend(), perturbed, noise, [gamma]);
      const identity =
        gamma ** 2 * (cols * norm(first) ** 2 + rows * norm(second) ** 2) + gamma ** 4 * rows * hidden * cols;
      expect(Math.abs(estimate!.mean - identity)).toBeLessThan(5 * estimate!.standardError);
    },
  );

  test('and the measured sensitivity of one network grows with it', async () => {
    const drawn = {
      problem: fc.sample(risingProblem(3, 8), { seed: 3, numRuns: 1 })[0]!,
      engine: 'matrix',
      seed: 1,
    } as const;
    const { checkpoints } = await trained(drawn);
    const noise = new NoiseReplicates(drawn.problem, 1000, 2);
    const backend = new ReferenceBackend();
    const measured = [];
    for (const at of [0, 5, 11]) {
      const [estimate] = await estimateExcess(backend, checkpoints[at]!.network, noise, [0.3]);
      measured.push(estimate!.mean);
    }
    expect(measured[1]).toBeGreaterThan(measured[0]!);
    expect(measured[2]).toBeGreaterThan(measured[1]!);
  });
});
