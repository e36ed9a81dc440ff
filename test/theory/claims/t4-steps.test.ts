import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { fineTuningSteps } from '../../../src/theory/claims/t4-steps.js';
import { fineTune } from '../../../src/theory/finetuning.js';
import { createProblem } from '../../../src/theory/problem.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { integrate } from '../../support/integrate.js';
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
