import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { turnedTask } from '../../../src/theory/claims/t4-steps.js';
import { createProblem } from '../../../src/theory/problem.js';
import { fineTuneRotated } from '../../../src/theory/rotated-finetuning.js';
import { testClaim } from '../../../src/vitest.js';
import { hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { integrateWeights } from '../../support/integrate.js';
import { samples } from '../../support/sample-size.js';

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
