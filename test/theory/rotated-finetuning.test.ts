import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import { effectiveTask, type FineTuning, fineTune } from '../../src/theory/finetuning.js';
import { singularValue } from '../../src/theory/mode.js';
import { createProblem, type Problem } from '../../src/theory/problem.js';
import { flowWeights } from '../../src/theory/riccati.js';
import {
  descendWeights,
  fineTuneRotated,
  modeRotation,
  rotatedTask,
  rotateModes,
} from '../../src/theory/rotated-finetuning.js';
import { squaredNorm } from '../../src/theory/sensitivity.js';
import { integrateWeights } from '../support/integrate.js';

const lists = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 7 });
const anyAngle = fc.double({ min: 0, max: 180, noNaN: true });

describe('rotateModes', () => {
  test.prop([lists, anyAngle])('is R diag(values) Rᵀ with an orthogonal R', (list, angle) => {
    const rotation = modeRotation(angle, list.length);
    const departure = Matrix.sub(rotation.transpose().mmul(rotation), Matrix.eye(list.length));
    expect(departure.norm()).toBeLessThan(1e-15 * 4);
    const expected = rotation.mmul(Matrix.diag(list)).mmul(rotation.transpose());
    expect(Matrix.sub(rotateModes(list, angle), expected).norm()).toBeLessThan(1e-14 * 10 * list.length);
  });

  test('keeps the modes at 0 and 180 degrees and swaps each pair at 90, exactly', () => {
    const list = [3, 1, 0.3, 0.7, 0.1];
    expect(Matrix.sub(rotateModes(list, 0), Matrix.diag(list)).norm()).toBe(0);
    expect(Matrix.sub(rotateModes(list, 180), Matrix.diag(list)).norm()).toBe(0);
    expect(Matrix.sub(rotateModes(list, 90), Matrix.diag([1, 3, 0.7, 0.3, 0.1])).norm()).toBe(0);
    expect(modeRotation(90, 2).to2DArray()).toEqual([
      [0, -1],
      [1, 0],
    ]);
  });

  test('turns the first axis toward the second one', () => {
    const half = rotateModes([1, 0], 60).to2DArray();
    expect(half[0]![0]).toBeCloseTo(0.25, 15);
    expect(half[1]![1]).toBeCloseTo(0.75, 15);
    expect(half[0]![1]).toBeCloseTo(Math.sqrt(3) / 4, 15);
    // cos 45° and sin 45° are the same number, so that the two values share the plane evenly.
    expect(rotateModes([2, 1], 45).to2DArray()[0]![0]).toBe(rotateModes([2, 1], 45).to2DArray()[1]![1]);
  });

  test.prop([anyAngle])('is the mirror image beyond 90 degrees', (angle) => {
    fc.pre(angle <= 90);
    const [left, right] = [rotateModes([2, 1], angle), rotateModes([2, 1], 180 - angle)];
    expect(right.get(0, 0)).toBeCloseTo(left.get(0, 0), 14);
    expect(right.get(0, 1)).toBeCloseTo(-left.get(0, 1), 13);
  });

  test('refuses an angle outside 0 to 180', () => {
    for (const angle of [-1, 180.1, Number.NaN, Infinity]) {
      expect(() => rotateModes([1], angle)).toThrow(/^angle: .* degrees from 0 to 180$/);
    }
  });
});

describe('rotatedTask', () => {
  test('fills a rectangular task with zeros', () => {
    const task = rotatedTask([2, 1], 90, 2, 3);
    expect(task.to2DArray()).toEqual([
      [1, 0, 0],
      [0, 2, 0],
    ]);
    expect(rotatedTask([2, 1], 0, 4, 2).to2DArray()).toEqual([
      [2, 0],
      [0, 1],
      [0, 0],
      [0, 0],
    ]);
  });
});

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
      for (const end of [flowWeights(first, second, goal, elapsed), integrateWeights(first, second, goal, elapsed)]) {
        const product = end.first.mmul(end.second);
        expect(Math.abs(tuned.lossPre - squaredNorm(Matrix.sub(product, pretraining)))).toBeLessThan(1e-8);
        expect(Math.abs(tuned.lossFt - squaredNorm(Matrix.sub(product, task)))).toBeLessThan(1e-8);
      }
      expect(tuned.forgetting).toBe(tuned.lossPre - tuned.lossBefore);
    },
  );

  test.prop([problems, values, times, angles, pulls, anchors, fc.integer({ min: 0, max: 40 })], { numRuns: 60 })(
    'by descent equals descent of the whole network',
    (problem, list, time, angle, pull, anchor, steps) => {
      const target = list.slice(0, problem.spectrum.length);
      const rate = 0.02;
      const fineTuning: FineTuning = { target, pull, anchor, length: { rate, steps } };
      const { first, second, pretraining, goal } = unfold(problem, time, angle, fineTuning);
      const end = descendWeights(first, second, goal, rate * (1 + pull), steps);
      const tuned = fineTuneRotated(problem, time, angle, fineTuning);
      const expected = squaredNorm(Matrix.sub(end.first.mmul(end.second), pretraining));
      expect(Math.abs(tuned.lossPre - expected)).toBeLessThan(1e-11);
    },
  );

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
      fineTuneRotated(wide, time, angle, { target: values, pull: 0, anchor: 'checkpoint', length: { time: 1 } })
        .lossPre;
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
