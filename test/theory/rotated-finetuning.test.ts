import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { descendWeights } from '../../src/theory/descend-weights.js';
import { type FineTuning, fineTune } from '../../src/theory/finetuning.js';
import { singularValue } from '../../src/theory/mode.js';
import { createProblem, type Problem } from '../../src/theory/problem.js';
import { effectiveTask } from '../../src/theory/regularization.js';
import { flowWeights } from '../../src/theory/riccati.js';
import { fineTuneRotated } from '../../src/theory/rotated-finetuning.js';
import { rotatedTask } from '../../src/theory/rotation.js';
import { squaredNorm } from '../../src/theory/sensitivity.js';
import { integrateWeights } from '../support/integrate.js';

const spectrum = [2, 1.5, 0.7, 0.4, 0.2];
const problems: fc.Arbitrary<Problem> = fc
  .record({
    rows: fc.integer({ min: 1, max: 5 }),
    hidden: fc.integer({ min: 1, max: 6 }),
    cols: fc.integer({ min: 1, max: 5 }),
    tau: fc.double({ min: 0.5, max: 5, noNaN: true }),
  })
  .map((shape) => createProblem({ ...shape, spectrum: spectrum.slice(0, Math.min(shape.rows, shape.cols)) }));
const values = fc.array(fc.double({ min: 0, max: 4, noNaN: true }), { minLength: 5, maxLength: 5 });
const times = fc.oneof(fc.double({ min: 0, max: 5, noNaN: true }), fc.constantFrom(0, Infinity));
const pulls = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5, noNaN: true }));
const angles = fc.oneof(fc.double({ min: 0, max: 180, noNaN: true }), fc.constantFrom(0, 45, 90, 180));
const anchors = fc.constantFrom('checkpoint' as const, 'pretraining' as const);

/** The whole network of a checkpoint and the task that it is fine-tuned on, in the basis of pre-training. */
function unfold(problem: Problem, time: number, angle: number, { target, pull, anchor }: FineTuning) {
  const factors = problem.modes.map((mode) => Math.sqrt(singularValue(mode, time)));
  const first = Matrix.diag(factors, problem.rows, problem.hidden);
  const second = Matrix.diag(factors, problem.hidden, problem.cols);
  const pretraining = rotatedTask(problem.spectrum, 0, problem.rows, problem.cols);
  const task = rotatedTask(target, angle, problem.rows, problem.cols);
  const goal = effectiveTask(task, anchor === 'checkpoint' ? first.mmul(second) : pretraining, pull);
  return { first, second, pretraining, task, goal };
}

describe('fineTuneRotated', () => {
  test.prop([problems, values, times, angles, pulls, anchors, fc.double({ min: 0, max: 20, noNaN: true })], {
    numRuns: 60,
  })(
    'by flow equals the closed form and the integration of the whole network',
    (problem, list, time, angle, pull, anchor, duration) => {
      const target = list.slice(0, problem.spectrum.length);
      const fineTuning: FineTuning = { target, pull, anchor, length: { time: duration } };
      const { first, second, pretraining, task, goal } = unfold(problem, time, angle, fineTuning);
      const tuned = fineTuneRotated(problem, time, angle, fineTuning);
      const elapsed = (1 + pull) * duration;
      for (const end of [
        flowWeights(first, second, goal, elapsed),
        integrateWeights(first, second, goal, elapsed),
      ]) {
        const product = end.first.mmul(end.second);
        expect(Math.abs(tuned.lossPre - squaredNorm(Matrix.sub(product, pretraining)))).toBeLessThan(1e-8);
        expect(Math.abs(tuned.lossFt - squaredNorm(Matrix.sub(product, task)))).toBeLessThan(1e-8);
      }
      expect(tuned.forgetting).toBe(tuned.lossPre - tuned.lossBefore);
    },
  );

  test.prop([problems, values, times, angles, pulls, anchors, fc.integer({ min: 0, max: 40 })], {
    numRuns: 60,
  })('by descent equals descent of the whole network', (problem, list, time, angle, pull, anchor, steps) => {
    const target = list.slice(0, problem.spectrum.length);
    const rate = 0.02;
    const fineTuning: FineTuning = { target, pull, anchor, length: { rate, steps } };
    const { first, second, pretraining, goal } = unfold(problem, time, angle, fineTuning);
    const end = descendWeights(first, second, goal, rate * (1 + pull), steps);
    const tuned = fineTuneRotated(problem, time, angle, fineTuning);
    const expected = squaredNorm(Matrix.sub(end.first.mmul(end.second), pretraining));
    expect(Math.abs(tuned.lossPre - expected)).toBeLessThan(1e-11);
  });

  test.prop([
    problems,
    values,
    times,
    pulls,
    anchors,
    fc.constantFrom({ rate: 0.02, steps: 50 }, { time: 3 }, { time: Infinity }),
  ])(
    'meets the shared task at 0° and 180° and the swapped one at 90° (T4)',
    (problem, list, time, pull, anchor, length) => {
      const target = list.slice(0, problem.spectrum.length);
      const swapped = target.map((value, index) => target[index % 2 === 0 ? index + 1 : index - 1] ?? value);
      for (const [angle, shared] of [
        [0, target],
        [180, target],
        [90, swapped],
      ] as const) {
        const tuned = fineTuneRotated(problem, time, angle, { target, pull, anchor, length });
        const oracle = fineTune(problem, time, { target: shared, pull, anchor, length });
        expect(Math.abs(tuned.lossPre - oracle.lossPre)).toBeLessThan(1e-11);
        expect(Math.abs(tuned.lossFt - oracle.lossFt)).toBeLessThan(1e-11);
        expect(Math.abs(tuned.lossBefore - oracle.lossBefore)).toBeLessThan(1e-11);
      }
    },
  );

  test('rotation alone makes a U: the same singular values, none overshoots', () => {
    // The first plane has equal values, which no rotation moves: learning it pays. The second one is turned: learning it costs.
    const values = [2, 2, 1, 0.1];
    const wide = createProblem({ dim: 4, spectrum: values, tau: 6 });
    const lossAt = (time: number, angle: number) =>
      fineTuneRotated(wide, time, angle, {
        target: values,
        pull: 0,
        anchor: 'checkpoint',
        length: { time: 1 },
      }).lossPre;
    const losses = Array.from({ length: 60 }, (_, k) => lossAt(0.15 * k, 60));
    const least = Math.min(...losses);
    expect(losses[0]! - least).toBeGreaterThan(1);
    expect(losses.at(-1)! - least).toBeGreaterThan(0.05);
    const shared = Array.from({ length: 60 }, (_, k) => lossAt(0.15 * k, 0));
    for (let k = 1; k < shared.length; k++) expect(shared[k]).toBeLessThanOrEqual(shared[k - 1]! + 1e-12);
  });

  test('says Infinity where descent diverges', () => {
    const problem = createProblem({ dim: 2, spectrum: '1,0.9', tau: 1 });
    const tuned = fineTuneRotated(problem, 1, 30, {
      target: [50, 1],
      pull: 0,
      anchor: 'checkpoint',
      length: { rate: 0.2, steps: 200 },
    });
    expect(tuned.lossPre).toBe(Infinity);
    expect(tuned.lossFt).toBe(Infinity);
    expect(tuned.forgetting).toBe(Infinity);
  });

  test('refuses what fineTune refuses, and angles outside 0 to 180', () => {
    const problem = createProblem({ dim: 2, spectrum: '1,0.9', tau: 1 });
    const good: FineTuning = { target: [1, 1], pull: 0, anchor: 'checkpoint', length: { time: 1 } };
    expect(() => fineTuneRotated(problem, 1, 181, good)).toThrow(/^angle: 181/);
    expect(() => fineTuneRotated(problem, 1, 1, { ...good, target: [1] })).toThrow(/^target: /);
    expect(() => fineTuneRotated(problem, -1, 1, good)).toThrow(/^time: -1/);
  });
});
