import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { openBackend } from '../../../src/sim/backends/open-backend.js';
import { ReferenceBackend } from '../../../src/sim/backends/reference-backend.js';
import { matrixTuner, modeTuner, type Tuned, type Tuner } from '../../../src/sim/finetuning/engines.js';
import { expectTuning } from '../../../src/sim/finetuning/expected-tuning.js';
import { flowStartingPoint } from '../../../src/sim/finetuning/prepare.js';
import type { FineTuningStudy, Tuning } from '../../../src/sim/finetuning/tuning.js';
import { createProblem } from '../../../src/theory/problem.js';
import { tuneMatrices } from '../../support/finetuning-oracle.js';
import { seededRandom } from '../../support/random-matrices.js';
import { samples } from '../../support/sample-size.js';

/** A small study on a descending spectrum, with one network. */
const studies = fc
  .record({
    spectrum: fc.array(fc.integer({ min: 1, max: 16 }), { minLength: 2, maxLength: 5 }),
    factors: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 5, maxLength: 5 }),
    extra: fc.tuple(fc.nat({ max: 2 }), fc.integer({ min: -1, max: 2 }), fc.nat({ max: 2 })),
    tau: fc.integer({ min: 2, max: 12 }),
    time: fc.integer({ min: 0, max: 30 }),
    angle: fc.constantFrom(0, 20, 45, 90, 110, 180),
    steps: fc.integer({ min: 1, max: 150 }),
    pace: fc.double({ min: 0.02, max: 0.9, noNaN: true }),
    pull: fc.constantFrom(0, 0.5, 3),
    anchor: fc.constantFrom('checkpoint' as const, 'pretraining' as const),
  })
  .map(({ spectrum, factors, extra, tau, time, angle, steps, pace, pull, anchor }) => {
    const sigmas = spectrum.map((n) => n / 8).sort((a, b) => b - a);
    const size = sigmas.length;
    const problem = createProblem({
      rows: size + extra[0],
      hidden: size + extra[1],
      cols: size + extra[2],
      spectrum: sigmas,
      tau,
    });
    const values = problem.spectrum.map((sigma, mode) => (sigma * factors[mode % 5]!) / 4);
    const largest = Math.max(...values, ...problem.spectrum);
    const tuning: Tuning = {
      at: 0,
      task: { values, angle },
      // A share of the stability limit 1/(2σ_1) of the effective task.
      rate: pace / (2 * largest * (1 + pull)),
      pull,
    };
    const study: FineTuningStudy = { problem, times: [time], steps, anchor };
    return { study, tuning };
  });

async function simulate<State>(tuner: Tuner<State>, { steps }: FineTuningStudy, tuning: Tuning): Promise<Tuned> {
  return tuner.measure(await tuner.advance(tuner.start([tuning]), steps))[0]!;
}

describe('what a network must give', () => {
  test.prop([studies], { numRuns: samples(20) })('is what plain gradient descent gives', ({ study, tuning }) => {
    const { problem, times, steps, anchor } = study;
    const start = flowStartingPoint(problem, times[0]!);
    const expected = expectTuning(study, start, tuning, { kind: 'matrix', unitRoundoff: 2 ** -52 });
    const { task, rate, pull: lambda } = tuning;
    const exact = tuneMatrices(
      problem,
      times[0]!,
      { values: task.values, angle: task.angle, rate, steps, lambda, anchor },
      seededRandom(1),
    );
    // 10⁻¹⁰: the textbook start is off by 10⁻¹³ of itself, which 150 steps amplify by what a mode grows in them. Descent on
    // matrices also rounds, and can leave a saddle that exact arithmetic stays at: a mode beyond the width of the network.
    const allowed = 1e-10 * (1 + exact.lossPre + exact.lossFt);
    expect(Math.abs(expected.lossPre - exact.lossPre)).toBeLessThan(allowed + expected.lossPreRounding);
    expect(Math.abs(expected.lossFt - exact.lossFt)).toBeLessThan(allowed + expected.lossFtRounding);
    expect(Math.abs(expected.forgetting - exact.forgetting)).toBeLessThan(allowed + expected.lossPreRounding);
    expect(expected.divergedAt).toBeUndefined();
  });

  test.prop([studies], { numRuns: samples(14) })('bounds the rounding of float32', async ({ study, tuning }) => {
    const { backend } = await openBackend('cpu');
    try {
      const start = flowStartingPoint(study.problem, study.times[0]!);
      const kinds = [0, 90, 180].includes(tuning.task.angle) ? (['modes', 'matrix'] as const) : (['matrix'] as const);
      for (const kind of kinds) {
        const simulated = await (kind === 'modes'
          ? simulate(modeTuner(study, [start], backend), study, tuning)
          : simulate(matrixTuner(study, [start], backend, 1), study, tuning));
        const model = { kind: kind === 'modes' ? 'scalar' : 'matrix', unitRoundoff: 2 ** -24 } as const;
        const expected = expectTuning(study, start, tuning, model);
        expect(Math.abs(simulated.lossPre - expected.lossPre)).toBeLessThanOrEqual(expected.lossPreRounding + 1e-12);
        expect(Math.abs(simulated.lossFt - expected.lossFt)).toBeLessThanOrEqual(expected.lossFtRounding + 1e-12);
      }
    } finally {
      await backend.dispose();
    }
  });

  test.prop([studies], { numRuns: samples(20) })('bounds the rounding of float64', async ({ study, tuning }) => {
    const start = flowStartingPoint(study.problem, study.times[0]!);
    const simulated = await simulate(matrixTuner(study, [start], new ReferenceBackend(), 1), study, tuning);
    const expected = expectTuning(study, start, tuning, { kind: 'matrix', unitRoundoff: 2 ** -52 });
    const noise = 1e-15 * (1 + expected.lossPre + expected.lossFt);
    expect(Math.abs(simulated.lossPre - expected.lossPre)).toBeLessThanOrEqual(expected.lossPreRounding + noise);
    expect(Math.abs(simulated.lossFt - expected.lossFt)).toBeLessThanOrEqual(expected.lossFtRounding + noise);
  });
});
