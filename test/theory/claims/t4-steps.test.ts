import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { fineTuningSteps, turnedTask } from '../../../src/theory/claims/t4-steps.js';
import { fineTune } from '../../../src/theory/finetuning.js';
import { createProblem } from '../../../src/theory/problem.js';
import { fineTuneRotated } from '../../../src/theory/rotated-finetuning.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { integrate, integrateWeights } from '../../support/integrate.js';
import { samples } from '../../support/sample-size.js';

describe('T4-steps', () => {
  testClaim(fineTuningSteps, { runs: samples(30), seed: 2 });

  test('needs shared vectors and balance', () => {
    expect(hypothesisVerdicts(fineTuningSteps)).toEqual({ 'shared vectors': 'needed', balanced: 'needed' });
    expect(counterexampleWithout(fineTuningSteps, 'balanced').imbalance).not.toBe(1);
  });

  test('holds for one step at the largest stable rate, and where steps diverge', () => {
    const instance = {
      modes: [
        { sigma: 2, start: 0.5, target: 1 },
        { sigma: 1, start: 1, target: 7 },
      ],
      time: 0.1,
      pull: 2,
      anchor: 'pretraining' as const,
      angle: 0,
      imbalance: 1,
      extraRows: 1,
      extraCols: 0,
      beyond: 0,
      seed: 11,
      flow: 1,
    };
    expect(concludes(evaluate(fineTuningSteps, { ...instance, steps: 1, rate: 0.9 }))).toBe(true);
    expect(concludes(evaluate(fineTuningSteps, { ...instance, steps: 8, rate: 1e9 }))).toBe(true);
  });

  test.each(['checkpoint', 'pretraining'] as const)(
    'the flow pulled to the %s is what ODEX makes of the factors',
    (anchor) => {
      const problem = createProblem({ dim: 3, spectrum: [2, 1, 0.5], tau: 2 });
      const [target, pull, time, checkpoint] = [[3, 0, 0.2], 0.7, 0.8, 0.6];
      const { singularValues } = fineTune(problem, checkpoint, { target, pull, anchor, length: { time } });
      const start = integrate(
        (_, factors) => factors.map((factor, i) => -2 * factor * (factor ** 2 - problem.spectrum[i]!)),
        problem.modes.map((mode) => Math.sqrt(mode.start)),
        checkpoint,
      );
      const end = integrate(
        (_, factors) =>
          factors.map((factor, i) => {
            const anchored = anchor === 'checkpoint' ? start[i]! ** 2 : problem.spectrum[i]!;
            return -2 * factor * (factor ** 2 - target[i]! + pull * (factor ** 2 - anchored));
          }),
        start,
        time,
      );
      // Two integrations at 1e-14 per step.
      singularValues.forEach((value, i) => {
        expect(Math.abs(value - end[i]! ** 2)).toBeLessThan(1e-11);
      });
    },
  );
});

describe('T4-rotation', () => {
  testClaim(turnedTask, { runs: samples(30), seed: 2 });

  test('needs balance', () => {
    expect(hypothesisVerdicts(turnedTask)).toEqual({ balanced: 'needed' });
  });

  test('holds where the width ends inside a plane, and a last mode has no partner', () => {
    const instance = {
      modes: [3, 2, 1].map((sigma) => ({ sigma, start: 0.1, target: 4 - sigma })),
      time: 0.2,
      pull: 0.5,
      anchor: 'checkpoint' as const,
      steps: 5,
      rate: 0.5,
      imbalance: 1,
      extraRows: 0,
      extraCols: 1,
      seed: 5,
      flow: 2,
    };
    for (const beyond of [0, 1, 2]) {
      for (const angle of [0, 30, 90, 135, 180]) {
        expect(concludes(evaluate(turnedTask, { ...instance, beyond, angle }))).toBe(true);
      }
    }
  });

  test('a plane turned by 40° moves as ODEX integrates its four weights', () => {
    const problem = createProblem({ dim: 2, spectrum: [2, 1], tau: 0, starts: [1.5, 0.2] });
    const radians = (40 * Math.PI) / 180;
    const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
    const turn = new Matrix([
      [cos, -sin],
      [sin, cos],
    ]);
    const task = turn.mmul(Matrix.diag([3, 0.5])).mmul(turn.transpose());
    const factors = Matrix.diag([Math.sqrt(1.5), Math.sqrt(0.2)]);
    const { first, second } = integrateWeights(factors, factors, task, 0.7);
    const { core } = fineTuneRotated(problem, 0, 40, {
      target: [3, 0.5],
      pull: 0,
      anchor: 'checkpoint',
      length: { time: 0.7 },
    });
    // The integration keeps 1e-14 per step.
    expect(Matrix.sub(first.mmul(second), core).norm()).toBeLessThan(1e-11);
  });
});
