import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { fineTune } from '../../src/theory/finetuning.js';
import { createProblem } from '../../src/theory/problem.js';
import {
  overshootThreshold,
  type StagedTask,
  stagedFineTuningLoss,
  stagedForgetting,
  stagedIncrement,
  stagedInflection,
  stagedPretrainingLoss,
} from '../../src/theory/staged-finetuning.js';

const value = fc.double({ min: 0, max: 5, noNaN: true });
const tasks: fc.Arbitrary<StagedTask> = fc
  .array(fc.tuple(fc.double({ min: 1e-3, max: 5, noNaN: true }), value), { minLength: 1, maxLength: 8 })
  .chain((pairs) =>
    fc.record({
      spectrum: fc.constant(pairs.map(([sigma]) => sigma).sort((a, b) => b - a)),
      target: fc.constant(pairs.map(([, target]) => target)),
      pull: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 20, noNaN: true })),
    }),
  );
const counts = ({ spectrum }: StagedTask) => Array.from({ length: spectrum.length + 1 }, (_, n) => n);

describe('staged fine-tuning', () => {
  test('by hand: two modes, the second overshoots threefold', () => {
    const task = { spectrum: [2, 1], target: [2, 3], pull: 0 };
    expect(counts(task).map((n) => stagedPretrainingLoss(task, n))).toEqual([5, 1, 4]);
    expect(counts(task).map((n) => stagedFineTuningLoss(task, n))).toEqual([13, 9, 0]);
    expect(counts(task).map((n) => stagedForgetting(task, n))).toEqual([0, 0, 4]);
    expect([1, 2].map((n) => stagedIncrement(task, n))).toEqual([-4, 3]);
    expect(stagedInflection(task)).toBe(1);
    const pulled = { ...task, pull: 1 };
    expect(counts(pulled).map((n) => stagedPretrainingLoss(pulled, n))).toEqual([5, 1, 1]);
    expect(counts(pulled).map((n) => stagedFineTuningLoss(pulled, n))).toEqual([13, 9, 1]);
    expect(stagedIncrement(pulled, 2)).toBe(0);
    expect(overshootThreshold(1)).toBe(3);
    expect(stagedInflection({ ...task, pull: 1.5 })).toBe(2);
    expect(stagedInflection({ ...task, pull: 1.5 }, 1)).toBe(1);
  });

  test.prop([tasks])('increments are differences, and positive exactly beyond the threshold', (task) => {
    for (let n = 1; n <= task.spectrum.length; n++) {
      const increment = stagedIncrement(task, n);
      const difference = stagedPretrainingLoss(task, n) - stagedPretrainingLoss(task, n - 1);
      expect(Math.abs(increment - difference)).toBeLessThan(1e-12 * 400);
      const excess = task.target[n - 1]! - overshootThreshold(task.pull) * task.spectrum[n - 1]!;
      // Without a pull, σ^ft = 0 makes the increment 0 although it is below the threshold.
      if (excess > 0) expect(increment).toBeGreaterThan(0);
      else expect(increment).toBeLessThanOrEqual(0);
    }
  });

  test.prop([tasks])('the inflection is the first global minimum', (task) => {
    const losses = counts(task).map((n) => stagedPretrainingLoss(task, n));
    const found = stagedInflection(task);
    expect(losses[found]! - Math.min(...losses)).toBeLessThan(1e-12 * 400);
    for (const earlier of losses.slice(0, found)) expect(earlier).toBeGreaterThan(losses[found]! - 1e-12 * 400);
  });

  test.prop([tasks, fc.double({ min: 0, max: 20, noNaN: true })])(
    'a stronger pull never moves the inflection earlier and never lowers the fine-tuning loss (T5)',
    (task, more) => {
      const stronger = { ...task, pull: task.pull + more };
      expect(stagedInflection(stronger)).toBeGreaterThanOrEqual(stagedInflection(task));
      for (const n of counts(task)) {
        expect(stagedFineTuningLoss(stronger, n)).toBeGreaterThanOrEqual(stagedFineTuningLoss(task, n) * (1 - 1e-14));
        expect(stagedForgetting(stronger, n)).toBeLessThanOrEqual(stagedForgetting(task, n) * (1 + 1e-14));
      }
    },
  );

  test.prop([tasks])('forgetting is the loss after minus before and never decreases in n (T4)', (task) => {
    const total = (n: number) => task.spectrum.slice(n).reduce((sum, sigma) => sum + sigma ** 2, 0);
    for (const n of counts(task)) {
      const difference = stagedPretrainingLoss(task, n) - total(n);
      expect(Math.abs(stagedForgetting(task, n) - difference)).toBeLessThan(1e-12 * 400);
      if (n > 0) expect(stagedForgetting(task, n)).toBeGreaterThanOrEqual(stagedForgetting(task, n - 1));
    }
  });

  test.prop([tasks])(
    'erasing never turns up: for 0 ≤ σ^ft ≤ σ the loss only falls with n (corollary of T4)',
    (task) => {
      const erased = { ...task, target: task.spectrum.map((sigma, index) => Math.min(sigma, task.target[index]!)) };
      for (let n = 1; n <= erased.spectrum.length; n++) expect(stagedIncrement(erased, n)).toBeLessThanOrEqual(0);
    },
  );

  test('overshoot after mode n0 is U-shaped with its minimum there', () => {
    const spectrum = [4, 3, 2, 1];
    for (let n0 = 0; n0 <= 4; n0++) {
      const target = spectrum.map((sigma, index) => (index < n0 ? sigma : 2.5 * sigma));
      expect(stagedInflection({ spectrum, target, pull: 0 })).toBe(n0);
    }
  });

  test.prop([tasks])('is the limit of fine-tuning from a checkpoint with n learned modes', (task) => {
    for (const n of counts(task)) {
      const starts = task.spectrum.map((sigma, index) => (index < n ? sigma : 0));
      const problem = createProblem({ dim: task.spectrum.length, spectrum: task.spectrum, tau: 1, starts });
      const tuned = fineTune(problem, 0, { ...task, anchor: 'checkpoint', length: { time: Infinity } });
      expect(Math.abs(tuned.lossPre - stagedPretrainingLoss(task, n))).toBeLessThan(1e-12 * 400);
      expect(Math.abs(tuned.lossFt - stagedFineTuningLoss(task, n))).toBeLessThan(1e-12 * 400);
      expect(Math.abs(tuned.forgetting - stagedForgetting(task, n))).toBeLessThan(1e-12 * 400);
    }
  });

  test('refuses a negative pull', () => {
    const task = { spectrum: [1], target: [1], pull: -1 };
    expect(() => stagedPretrainingLoss(task, 1)).toThrow(/^lambdas: -1/);
    expect(() => stagedInflection(task)).toThrow(/^lambdas: -1/);
  });
});
