import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { flowReference } from '../../../../src/sim/scenarios/schedules/convergence.js';
import { embedDiagonal, networkStart, randomBasis } from '../../../../src/sim/training/network-start.js';
import { createProblem } from '../../../../src/theory/problem.js';
import { squaredNorm } from '../../../../src/theory/sensitivity.js';
import { integrateWeights } from '../../../support/integrate.js';

describe('flowReference', () => {
  test.each(['aligned', 'balanced'] as const)(
    'is gradient flow, integrated numerically, from a start that is %s',
    (start) => {
      const problem = createProblem({ rows: 4, hidden: 2, cols: 3, spectrum: [1.5, 1, 0.5], tau: 0.7 });
      const basis = randomBasis(problem, 3);
      const weights = networkStart(start, problem, basis, 3);
      const flow = flowReference(problem, start, () => ({ basis, weights }), true)!;
      const first = Matrix.from1DArray(4, 2, weights.first);
      const second = Matrix.from1DArray(2, 3, weights.second);
      const task = embedDiagonal(basis.left, problem.spectrum, basis.right);
      for (const time of [0, 0.3, 1, 4]) {
        const reached = integrateWeights(first, second, task, time);
        const point = flow(time);
        expect(point.loss).toBeCloseTo(squaredNorm(reached.first.mmul(reached.second).sub(task)), 9);
        expect(point.weightNorm).toBeCloseTo(3 * squaredNorm(reached.first) + 4 * squaredNorm(reached.second), 9);
        expect(point.sharpness).toBeGreaterThan(0);
      }
    },
  );

  test('covers no start that is not balanced, except for one hidden unit', () => {
    const build = (hidden: number) => {
      const problem = createProblem({ rows: 3, hidden, cols: 3, spectrum: [1.5, 1, 0.5], tau: 0.7 });
      const basis = randomBasis(problem, 3);
      return flowReference(
        problem,
        'random',
        () => ({ basis, weights: networkStart('random', problem, basis, 3) }),
        false,
      );
    };
    expect(build(2)).toBeUndefined();
    expect(build(1)!(1).sharpness).toBeNull();
  });
});
