import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../../src/sim/training/record-training.js';
import {
  type CheckedRun,
  checkDecoupling,
  checkLearningOrder,
  checkProgressiveSensitivity,
} from '../../../src/sim/training/training-checks.js';
import { createProblem } from '../../../src/theory/problem.js';
import { changed, simulateRun } from '../../support/checked-run.js';

const times = [0.2, 0.6, 1, 1.5, 2.5, 5];
const simulated = await simulateRun({ dim: 3, spectrum: '2,1,0.5', tau: 3 }, times);
const { run, checkpoints } = simulated;
const full = await simulateRun({ rows: 3, hidden: 4, cols: 3, spectrum: '2,1,0.5', tau: 3 }, times, 'matrix');

const notSimulated: CheckedRun = { ...run, expected: undefined };
const diverged: CheckedRun = { ...run, divergedAt: 7 };
const problemOf = (spectrum: string, tau: number): CheckedRun => ({
  ...notSimulated,
  problem: createProblem({ dim: 3, spectrum, tau }),
});

/** One mode of a checkpoint times a factor. */
const scaled = (mode: number, factor: number) => (checkpoint: Checkpoint) => ({
  ...checkpoint,
  singularValues: checkpoint.singularValues.map((value, index) => (index === mode ? value * factor : value)),
});

describe('T0: decoupling', () => {
  test('holds for what was simulated, on either engine', () => {
    for (const { run, checkpoints } of [simulated, full]) {
      const check = checkDecoupling(run, checkpoints);
      expect(check).toMatchObject({ claim: 'T0', verdict: 'holds', tolerance: 0 });
      expect(check.margin).toBeGreaterThan(0.5);
      expect(check.margin).toBeLessThanOrEqual(1);
      expect(check.reason).toContain('18 simulated singular values');
    }
  });

  test.each([
    ['factor 2', 2],
    ['sign', -1],
    ['one part in a million', 1 + 1e-6],
    ['missing', 0],
    ['not a number', Number.NaN],
  ])('fails when one value of one mode is wrong: %s', (_, factor) => {
    for (const { run, checkpoints } of [simulated, full]) {
      for (const mode of [0, 2]) {
        for (const at of [0, 3, 5]) {
          expect(checkDecoupling(run, changed(checkpoints, at, scaled(mode, factor))).verdict).toBe('fails');
        }
      }
    }
  });

  test('fails when every mode is one step late', () => {
    const late = [checkpoints[0]!, ...checkpoints.slice(0, -1)];
    expect(checkDecoupling(run, late).verdict).toBe('fails');
  });

  test('says nothing where nothing was simulated, or where training diverged', () => {
    expect(checkDecoupling(notSimulated, [])).toMatchObject({ verdict: 'not-applicable', margin: null });
    expect(checkDecoupling(notSimulated, []).reason).toContain('exact engine');
    expect(checkDecoupling(diverged, checkpoints).reason).toContain('diverged at step 7');
  });
});

describe("T0': learning order", () => {
  test('holds for what was simulated and for the closed form', () => {
    for (const { run, checkpoints } of [simulated, full, { run: notSimulated, checkpoints: [] }]) {
      const check = checkLearningOrder(run, checkpoints);
      expect(check).toMatchObject({ claim: 'T0-bounds', verdict: 'holds' });
      expect(check.tolerance).toBeLessThan(0.02);
    }
  });

  test('fails for a mode that is learned before its turn, or late', () => {
    const early = changed(checkpoints, 0, (checkpoint) => ({
      ...checkpoint,
      singularValues: checkpoint.singularValues.map((value, mode) => (mode === 2 ? 0.5 : value)),
    }));
    expect(checkLearningOrder(run, early).verdict).toBe('fails');
    expect(checkLearningOrder(run, changed(checkpoints, 4, scaled(0, 0.5))).verdict).toBe('fails');
    expect(checkLearningOrder(run, changed(checkpoints, 2, scaled(0, Number.NaN))).verdict).toBe('fails');
  });

  test('says nothing where training diverged or every mode starts above its sigma', () => {
    expect(checkLearningOrder(diverged, checkpoints).reason).toContain('diverged at step 7');
    expect(checkLearningOrder(problemOf('0.5,0.2,0.1', 0), [])).toMatchObject({ verdict: 'not-applicable' });
  });
});

describe('T2: progressive sensitivity', () => {
  test('holds for what was simulated, with room where the curve is steep', () => {
    for (const { run, checkpoints } of [simulated, full]) {
      const check = checkProgressiveSensitivity(run, checkpoints);
      expect(check).toMatchObject({ claim: 'T2', verdict: 'holds' });
      expect(check.margin).toBeGreaterThan(0.01);
      expect(check.tolerance).toBeLessThan(0.005);
    }
  });

  test('holds for the closed form by its velocity', () => {
    const check = checkProgressiveSensitivity(notSimulated, []);
    expect(check).toMatchObject({ verdict: 'holds', tolerance: 0 });
    expect(check.margin).toBeGreaterThan(0);
  });

  test.each([
    ['halved', 0.5],
    ['a tenth too small', 0.9],
    ['of the wrong sign', -1],
    ['not a number', Number.NaN],
  ])('fails when the norms of the last checkpoint are %s', (_, factor) => {
    const wrong = changed(checkpoints, checkpoints.length - 1, (checkpoint) => ({
      ...checkpoint,
      squaredNorms: [checkpoint.squaredNorms[0] * factor, checkpoint.squaredNorms[1] * factor] as const,
    }));
    expect(checkProgressiveSensitivity(run, wrong).verdict).toBe('fails');
  });

  test('fails when two checkpoints are swapped', () => {
    const swapped = [...checkpoints];
    [swapped[2], swapped[3]] = [swapped[3]!, swapped[2]!];
    expect(checkProgressiveSensitivity(run, swapped).verdict).toBe('fails');
  });

  test('says nothing about modes that do not rise, with the size of the effect', () => {
    const nullModes = checkProgressiveSensitivity(problemOf('2,1', 3), []);
    expect(nullModes.verdict).toBe('not-applicable');
    // (p + q) e^{-2τ} = 6 e⁻⁶ = 0.015.
    expect(nullModes.reason).toMatch(/null modes: 1 modes.*0\.015 gamma\^2/);
    const above = checkProgressiveSensitivity(problemOf('2,1,0.5', 0), []);
    // Modes 2 and 3 start at 1: (p + q)(0 + 0.5) = 3.
    expect(above.reason).toMatch(/^2 modes start at or above their sigma.*3\.0 gamma\^2/);
    expect(checkProgressiveSensitivity(diverged, checkpoints).reason).toContain('diverged');
    expect(checkProgressiveSensitivity(run, checkpoints.slice(0, 1)).reason).toContain('one recorded time');
  });
});
