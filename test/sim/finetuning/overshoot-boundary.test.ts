import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { overshootBoundary, stagedRise } from '../../../src/sim/finetuning/overshoot-boundary.js';
import { createProblem, type Problem } from '../../../src/theory/problem.js';
import { fineTuneRotated } from '../../../src/theory/rotated-finetuning.js';
import { samples } from '../../support/sample-size.js';

const problems = fc
  .record({
    values: fc.array(fc.integer({ min: 1, max: 32 }), { minLength: 1, maxLength: 6 }),
    extra: fc.tuple(fc.nat({ max: 2 }), fc.integer({ min: -2, max: 2 }), fc.nat({ max: 2 })),
  })
  .map(({ values, extra: [rows, hidden, cols] }) => {
    const spectrum = values.map((n) => n / 16).sort((a, b) => b - a);
    const size = spectrum.length;
    const width = Math.max(1, size + hidden);
    return createProblem({ rows: size + rows, hidden: width, cols: size + cols, spectrum, tau: 5 });
  });

const converged = { unchanged: 0, angle: 0, pull: 0, anchor: 'checkpoint', time: Infinity } as const;

/** `F(k) − min F(n)` from whole networks, one staged checkpoint after the other. */
function riseOneByOne(problem: Problem, factor: number, task: Parameters<typeof stagedRise>[2]): number {
  const { rows, hidden, cols, spectrum } = problem;
  const target = spectrum.map((sigma, mode) => (mode < task.unchanged ? sigma : factor * sigma));
  const losses = Array.from({ length: problem.modes.length + 1 }, (_, learned) => {
    const starts = problem.modes.map(({ sigma }, mode) => (mode < learned ? sigma : 0));
    const staged = createProblem({ rows, hidden, cols, spectrum, tau: 0, starts });
    const { angle, pull, anchor, time } = task;
    return fineTuneRotated(staged, 0, angle, { target, pull, anchor, length: { time } }).lossPre;
  });
  return losses.at(-1)! - Math.min(...losses);
}

describe('the rise over staged checkpoints', () => {
  test.prop(
    [
      problems,
      fc.record({
        unchanged: fc.nat({ max: 6 }),
        angle: fc.integer({ min: 0, max: 180 }),
        pull: fc.constantFrom(0, 0.5, 2),
        anchor: fc.constantFrom('checkpoint' as const, 'pretraining' as const),
        time: fc.constantFrom(0, 0.1, 1, 5, Infinity),
      }),
      fc.integer({ min: 0, max: 16 }),
    ],
    { numRuns: samples(34) },
  )('is that of whole networks, though it is added up plane by plane', (problem, task, quarters) => {
    const factor = quarters / 4;
    const scale = problem.spectrum.reduce((sum, sigma) => sum + (1 + factor) ** 2 * sigma ** 2, 0);
    const difference = stagedRise(problem, factor, task) - riseOneByOne(problem, factor, task);
    expect(Math.abs(difference)).toBeLessThan(1e-13 * scale);
  });
});

describe('the boundary of catastrophic overtraining', () => {
  test.prop([problems, fc.integer({ min: 0, max: 20 }).map((n) => n / 4), fc.constantFrom(0, 180)], {
    numRuns: samples(34),
  })(
    'is 2 + lambda at convergence with shared vectors, whatever the spectrum (T4-overshoot)',
    (problem, pull, angle) => {
      const found = overshootBoundary(problem, [0, 1 + pull, 4 + pull], { ...converged, pull, angle });
      // The bracket of 3 is halved 24 times; a rise is seen from 10⁻¹² of ‖A‖² on, of which mode 1 makes at least a sixth.
      expect(Math.abs(found! - (2 + pull))).toBeLessThan(1e-6 * (1 + pull) ** 2);
    },
  );

  test('is 2 sigma_2 / sigma_1 at 90 degrees, where a pair has swapped its values', () => {
    for (const ratio of [0.9, 0.7, 0.55]) {
      const problem = createProblem({ dim: 6, spectrum: `geometric:${ratio}`, tau: 5 });
      const found = overshootBoundary(problem, [0, 1, 2, 3], { ...converged, angle: 90 });
      expect(Math.abs(found! - 2 * ratio)).toBeLessThan(1e-6);
    }
  });

  test('comes down to 2 + lambda as fine-tuning gets longer', () => {
    const problem = createProblem({ dim: 4, spectrum: '1,0.8,0.6,0.5', tau: 5 });
    const boundaries = [0.5, 1, 1.5, 2].map((time) =>
      overshootBoundary(problem, [0, 1, 2, 3, 4, 6, 10], { ...converged, time, pull: 0.5 }),
    );
    boundaries.slice(1).forEach((boundary, at) => {
      expect(boundary!).toBeLessThan(boundaries[at]!);
    });
    expect(boundaries.at(-1)! - 2.5).toBeLessThan(1e-3);
    expect(boundaries[0]).toBeGreaterThan(2.53);
  });

  test('is null where nothing rises and the first factor where everything does', () => {
    const problem = createProblem({ dim: 3, spectrum: '1,0.8,0.6', tau: 5 });
    expect(overshootBoundary(problem, [0, 1, 1.9], converged)).toBeNull();
    expect(overshootBoundary(problem, [2.5, 3], converged)).toBe(2.5);
    expect(overshootBoundary(problem, [0, 5], { ...converged, unchanged: 3 })).toBeNull();
  });

  test.each([[[]], [[1, 1]], [[2, 1]], [[-1, 1]], [[Number.NaN]]])('refuses the factors %j', (factors) => {
    const problem = createProblem({ dim: 2, spectrum: '1', tau: 5 });
    expect(() => overshootBoundary(problem, factors, converged)).toThrow('factors from 0 that increase along the list');
  });
});
