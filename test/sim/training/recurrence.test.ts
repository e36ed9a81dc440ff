import { fc, test } from '@fast-check/vitest';
import { afterAll, describe, expect } from 'vitest';
import type { Backend } from '../../../src/sim/backends/backend.js';
import { openBackend } from '../../../src/sim/backends/open-backend.js';
import {
  type ExpectedTraining,
  expectTraining,
  noRounding,
  type RoundingModel,
} from '../../../src/sim/training/recurrence.js';
import {
  adaptivePlan,
  biasAt,
  constantPlan,
  roundingOfSquare,
  type TrainingPlan,
} from '../../../src/sim/training/training-plan.js';
import { descendFactors } from '../../../src/theory/descent.js';
import { createProblem, type Problem } from '../../../src/theory/problem.js';
import { stabilityLimit } from '../../../src/theory/sharpness.js';
import { logUniform } from '../../support/problem-arbitraries.js';
import { samples } from '../../support/sample-size.js';
import { ratesBefore, train } from '../../support/training.js';

const float32 = (kind: 'scalar' | 'matrix'): RoundingModel => ({ kind, unitRoundoff: 2 ** -24 });

/** A task of any scale, far below its start too, whose learning a few recorded times see from beginning to end. */
const training = fc
  .record({
    shape: fc.constantFrom([1, 1, 1], [2, 3, 2], [3, 2, 4]),
    scale: logUniform(1e-8, 1e3),
    decades: fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 1, maxLength: 3 }),
    tau: fc.oneof(fc.double({ min: 0, max: 2, noNaN: true }), fc.double({ min: 2, max: 60, noNaN: true })),
    constant: fc.boolean(),
    reach: fc.double({ min: 0.5, max: 4, noNaN: true }),
  })
  .map(({ shape, scale, decades, tau, constant, reach }) => {
    const [rows, hidden, cols] = shape as [number, number, number];
    const sizes = decades.slice(0, Math.min(rows, cols)).sort((a, b) => a - b);
    const spectrum = sizes.map((size) => scale * 10 ** -size);
    const problem = createProblem({ rows, hidden, cols, spectrum, tau });
    const end = (reach * (tau + 1)) / (2 * spectrum[0]!);
    const times = [0, 0.2, 0.5, 0.7, 1].map((share) => share * end);
    const rate = 0.1 / Math.max(spectrum[0]!, 1);
    const affordable = end / rate < 20_000;
    return { problem, plan: constant && affordable ? constantPlan(times, rate) : adaptivePlan(problem, times, 0.1) };
  });

/** Largest error of a recorded singular value or loss as a share of its bound, over all times and modes. */
async function largestShare(
  problem: Problem,
  plan: TrainingPlan,
  engine: 'modes' | 'matrix',
  backend: Backend,
  expected: ExpectedTraining,
): Promise<number> {
  const points = await train(problem, plan, engine, { backend });
  // Rounding of the float64 comparison itself.
  const floor = 2 ** -45 * Math.max(problem.spectrum[0]!, problem.modes[0]!.start);
  return points.reduce((worst, { time, loss, singularValues }, at) => {
    const checkpoint = expected.checkpoints[at]!;
    const { factors, rounding } = checkpoint;
    const gaps = problem.spectrum.map((sigma, mode) => (factors[mode] ?? 0) ** 2 - sigma);
    const exact = gaps.reduce((sum, gap) => sum + gap * gap, 0);
    const lossFloor = (2 * Math.sqrt(exact) + floor) * problem.spectrum.length * floor;
    const { lossRounding } = biasAt(problem, checkpoint, time);
    const worstLoss = Math.max(worst, Math.abs(loss - exact) / (lossFloor + lossRounding));
    return singularValues.reduce((most, value, mode) => {
      const error = Math.abs(value - factors[mode]! ** 2);
      return Math.max(most, error / (floor + roundingOfSquare(factors[mode]!, rounding[mode]!)));
    }, worstLoss);
  }, 0);
}

describe.each(['cpu', 'webasm', 'simd'] as const)('float32 rounding on %s', async (name) => {
  const { backend } = await openBackend(name);
  afterAll(() => backend.dispose());

  test.prop([training], { numRuns: samples(20) })('engine modes stays within its bound', async ({ problem, plan }) => {
    const expected = expectTraining(problem, plan, float32('scalar'));
    expect(await largestShare(problem, plan, 'modes', backend, expected)).toBeLessThanOrEqual(1);
  });

  test.prop([training], { numRuns: samples(10) })('engine matrix stays within its bound', async ({ problem, plan }) => {
    const expected = expectTraining(problem, plan, float32('matrix'));
    expect(await largestShare(problem, plan, 'matrix', backend, expected)).toBeLessThanOrEqual(1);
  });

  test('the bounds say something: some training comes near them, all of it stays far from the scale of the task', async () => {
    const problem = createProblem({ dim: 2, spectrum: '1,0.5', tau: 4 });
    const plan = constantPlan([4, 8, 16], 0.02);
    for (const [engine, kind, least] of [
      // The cpu mode rounds to float32 only between launches.
      ['modes', 'scalar', name === 'cpu' ? 0.005 : 0.05],
      ['matrix', 'matrix', 0.002],
    ] as const) {
      const expected = expectTraining(problem, plan, float32(kind));
      const bounds = expected.checkpoints.flatMap(({ factors, rounding }) =>
        Array.from(factors, (factor, mode) => roundingOfSquare(factor, rounding[mode]!)),
      );
      expect(Math.max(...bounds)).toBeLessThan(1e-3);
      expect(await largestShare(problem, plan, engine, backend, expected)).toBeGreaterThan(least);
    }
  });

  test('a mode that rounding made unpredictable is not bounded by what happens to it later', async () => {
    // Weights of e^-30 beside rounding of 10⁻⁸: the second mode is learned far too early, and both trajectories converge.
    const problem = createProblem({ dim: 2, spectrum: '2,1', tau: 30 });
    const plan = adaptivePlan(problem, [12, 25], 0.1);
    const expected = expectTraining(problem, plan, float32('matrix'));
    expect(await largestShare(problem, plan, 'matrix', backend, expected)).toBeLessThanOrEqual(1);
    expect(expected.checkpoints[0]!.rounding[1]).toBeGreaterThan(0.1 * expected.checkpoints[0]!.factors[1]!);
    expect(expected.checkpoints[1]!.rounding[1]).toBeGreaterThan(1);
    // Engine modes rounds each mode relative to itself and keeps it.
    const scalar = expectTraining(problem, plan, float32('scalar'));
    for (const { factors, rounding } of scalar.checkpoints) expect(rounding[1]! / factors[1]!).toBeLessThan(1e-3);
  });
});

describe('exact recurrence of a plan', () => {
  test.prop([training], { numRuns: samples(14) })(
    'is the recurrence of T0, snapshots included',
    ({ problem, plan }) => {
      const { checkpoints } = expectTraining(problem, plan, noRounding);
      const starts = problem.modes.map((mode) => Math.sqrt(mode.start));
      const sigmas = problem.modes.map((mode) => mode.sigma);
      ratesBefore(plan).forEach((rates, at) => {
        expect(Array.from(checkpoints[at]!.factors)).toEqual(descendFactors(starts, sigmas, rates));
        expect(checkpoints[at]!.rounding.every((bound) => bound === 0)).toBe(true);
      });
    },
  );

  test.prop([training], { numRuns: samples(14) })(
    'does not depend on the rounding model, whose bounds grow with u',
    ({ problem, plan }) => {
      const exact = expectTraining(problem, plan, noRounding);
      for (const kind of ['scalar', 'matrix'] as const) {
        const single = expectTraining(problem, plan, float32(kind));
        const double = expectTraining(problem, plan, { kind, unitRoundoff: 2 ** -53 });
        exact.checkpoints.forEach(({ factors }, at) => {
          const [coarse, fine] = [single.checkpoints[at]!, double.checkpoints[at]!];
          expect([coarse.factors, fine.factors]).toEqual([factors, factors]);
          coarse.rounding.forEach((bound, mode) => {
            expect(fine.rounding[mode]).toBeLessThanOrEqual(bound);
          });
        });
        expect(single.divergedAt).toBe(exact.divergedAt);
      }
    },
  );

  test('keeps its bounds over a snapshot, which leaves no trace', () => {
    const problem = createProblem({ dim: 2, spectrum: '2,1', tau: 2 });
    for (const kind of ['scalar', 'matrix'] as const) {
      const [, after] = expectTraining(problem, constantPlan([0.25, 1], 0.1), float32(kind)).checkpoints;
      const [straight] = expectTraining(problem, constantPlan([1], 0.1), float32(kind)).checkpoints;
      expect(after).toEqual(straight);
    }
  });
});

describe('divergence', () => {
  test.prop([
    fc.double({ min: 1.001, max: 4, noNaN: true }),
    fc.double({ min: 0.5, max: 6, noNaN: true }),
    logUniform(0.01, 100),
  ])('is the first step after which the loss rose at a rate beyond the limit', (excess, tau, scale) => {
    const problem = createProblem({ dim: 3, spectrum: [2 * scale, scale, scale / 4], tau });
    const rate = excess * stabilityLimit(problem.spectrum);
    const { divergedAt } = expectTraining(problem, constantPlan([2000 * rate], rate), noRounding);
    const sigmas = problem.modes.map((mode) => mode.sigma);
    let factors = problem.modes.map((mode) => Math.sqrt(mode.start));
    const lossOf = () => factors.reduce((sum, factor, mode) => sum + (factor ** 2 - sigmas[mode]!) ** 2, 0);
    let [step, before] = [0, lossOf()];
    for (;;) {
      factors = descendFactors(factors, sigmas, [rate]);
      step++;
      const after = lossOf();
      if (!(after <= before)) break;
      before = after;
      expect(step).toBeLessThan(2000);
    }
    expect(divergedAt).toBe(step);
  });

  test.prop([fc.double({ min: 0.01, max: 0.999, noNaN: true }), fc.double({ min: 0, max: 6, noNaN: true })])(
    'is never found at a rate below the limit of task and start',
    (share, tau) => {
      const problem = createProblem({ dim: 2, spectrum: [0.5, 0.1], tau });
      const limit = stabilityLimit([Math.max(0.5, problem.modes[0]!.start)]);
      const { divergedAt } = expectTraining(problem, constantPlan([500 * limit], share * limit), noRounding);
      expect(divergedAt).toBeUndefined();
    },
  );

  test('is found for a start far above the spectrum, at a rate below its limit', () => {
    // At s = 1 a step of 20 multiplies D by 1 − 40 · 0.99: the task allows it, the start does not.
    const problem = createProblem({ dim: 2, spectrum: [0.01, 0.001], tau: 0 });
    expect(stabilityLimit(problem.spectrum)).toBe(50);
    expect(expectTraining(problem, constantPlan([400], 20), noRounding).divergedAt).toBe(1);
    expect(expectTraining(problem, constantPlan([400], 0.5), noRounding).divergedAt).toBeUndefined();
  });

  test('is found where the loss overflows', () => {
    const problem = createProblem({ dim: 1, spectrum: [1e150], tau: 0 });
    expect(expectTraining(problem, constantPlan([3e6], 1e6), noRounding).divergedAt).toBe(1);
  });
});
