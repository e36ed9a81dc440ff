import { describe, expect, test } from 'vitest';
import { NoisyCheckpoint } from '../../src/theory/noisy-checkpoint.js';
import { perturbedLoss } from '../../src/theory/perturbed-loss.js';
import { createProblem } from '../../src/theory/problem.js';
import { sensitivityAt } from '../../src/theory/progressive.js';
import { loss } from '../../src/theory/trajectory.js';

describe('a checkpoint under noise', () => {
  const problem = createProblem({ rows: 5, hidden: 3, cols: 4, spectrum: '3,1,0.2,0.1', tau: 4 });

  test.each([0, 0.7, 12, Infinity])(
    'has the numbers of the closed forms, bit for bit, at time %d',
    (time) => {
      const checkpoint = new NoisyCheckpoint(problem, time);
      expect(checkpoint.loss).toBe(loss(problem, time));
      for (const gamma of [0, 1e-3, 0.5]) {
        expect(checkpoint.sensitivity(gamma)).toBe(sensitivityAt(problem, gamma, time));
        expect(checkpoint.perturbedLoss(gamma)).toBe(perturbedLoss(problem, gamma, time));
      }
    },
  );

  test('refuses a noise scale out of its range', () => {
    expect(() => new NoisyCheckpoint(problem, 1).perturbedLoss(-1)).toThrow('gamma');
  });
});
